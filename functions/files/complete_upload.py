"""Complete an upload.

Checks the bytes that were sent with the form, and answers with the file. A file that is not what was announced, is
damaged, or can run something when it is opened is rejected and deleted; `details` say why. A large file is checked in
the background: the answer is 202 with the status SCANNING until it is READY or REJECTED. Repeating the request gives
the same answer, and using the form again changes nothing.
"""

from uuid import UUID

from shared.files import queries, rules, storage
from shared.files.access import own_file
from shared.files.models import File
from shared.files.verdicts import tell, verdict
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import Row, reading, transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import Reply
from shared.kit.request import Caller


@endpoint(
    "POST /uploads/{upload_id}/complete",
    access=EVERY_ROLE,
    writes=True,
    also={202: "The file is being checked in the background."},
    raises=(rules.FileRejected, rules.FileNotUploaded),
    uses=(
        *("files.read", "files.list", "files.write", "media.write"),
        *("identity.read", "identity.list", "identity.write", "identity_key.use"),
    ),
    layers=("uploads",),
    timeout=29,
    # A picture of 50 megapixels is decoded here; and with the memory come the processors that do it in time.
    memory=3008,
)
def complete_upload(caller: Caller, upload_id: UUID) -> Reply[File]:
    with reading(caller) as tx:
        row = own_file(tx, caller, upload_id)
    if row["status"] == "PENDING":
        row = _checked(caller, row)
    if row["status"] == "REJECTED":
        raise rules.FileRejected(row["rejected"])
    return Reply(rules.shown(row), status=202 if row["status"] == "SCANNING" else 200)


def _checked(caller: Caller, row: Row) -> Row:
    version = storage.read_arrived(row)
    result = None
    if row["scan"] != "not_configured":
        # The scanner may have been faster.
        with reading(caller) as tx:
            result = own_file(tx, caller, row["id"], version.id)["result"]
    found = verdict(row, version, result, may_wait=True)
    with transaction(caller) as tx:
        counted, now = queries.update_checked(tx, row["id"], ("PENDING",), found)
        if now is None:
            raise NotFound()
        if counted:
            tell(tx, now)
    return now
