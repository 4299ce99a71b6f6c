"""Delete a cancelled deal's documents.

Deletes them once nothing refers to them any more.
"""

from shared.kit.aws import delete_object
from shared.kit.consumer import Event, consumer
from shared.kit.settings import resource


@consumer("contract.voided", database=None, uses=("documents.delete",))
def discard_document(event: Event) -> None:
    for key in event.data["withdrawn"]:
        delete_object(resource("documents"), key)
