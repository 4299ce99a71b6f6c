"""Delete an upload.

Deletes what the caller uploaded, whether it was completed or not. A file that something still shows has to be removed
there first.
"""

from uuid import UUID

from shared.files import queries, rules
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller


@endpoint("DELETE /uploads/{upload_id}", access=EVERY_ROLE, returns=204, writes=True, raises=(rules.FileInUse,))
def delete_upload(caller: Caller, upload_id: UUID) -> None:
    with transaction(caller) as tx:
        row = queries.delete_file(tx, caller, upload_id)
        if row is None:
            raise NotFound()
        tx.emit("file.deleted", rules.shown(row))
