"""Report a message.

Somebody in the conversation asks the platform's support to look at a message. Its content is kept with the report,
whatever becomes of the message.
"""

from uuid import UUID

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.messages import rules, written
from shared.messages.access import visible_message
from shared.messages.models import NewReport, Reported


@endpoint(
    "POST /messages/{message_id}/report",
    access=EVERY_ROLE,
    returns=201,
    writes=True,
    raises=(rules.AlreadyReported, rules.AlreadyTakenBack),
)
def report_message(caller: Caller, message_id: UUID, new: NewReport) -> Reported:
    with transaction(caller) as tx:
        message = visible_message(tx, caller, message_id)
        if message["taken_back_at"] is not None:
            raise rules.AlreadyTakenBack()
        reported = Reported.of(written.insert_report(tx, caller, message, new.reason))
        tx.emit("message_report.added", reported)
    return reported
