"""Begin an upload.

Answers with a form, valid for ten minutes, for exactly one file of the announced type and size. Send the file there as
`multipart/form-data`, all `fields` first and the bytes as `file`; then complete the upload. `purpose` says what the
file is for, and so which types and sizes are accepted and who can open it. Uploads that are never completed are deleted
after 24 hours.
"""

from shared.files import queries, rules
from shared.files.models import NewUpload, Upload, UploadForm
from shared.files.purposes import RULES
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.presigned import presigned_form
from shared.kit.request import Caller
from shared.kit.settings import resource

# The form is as good as a password for as long as it works: it is never stored, not even under an Idempotency-Key.


@endpoint(
    "POST /uploads",
    access=EVERY_ROLE,
    returns=201,
    rate="upload",
    writes=True,
    confidential=True,
    # Whoever has the form acts with this function's rights, which are to add files that nobody can read yet.
    uses=("files.receive", "identity.receive", "identity_key.use"),
)
def create_upload(caller: Caller, new: NewUpload) -> Upload:
    rules.check_upload(caller.role, new)
    with transaction(caller) as tx:
        file_id = queries.insert_file(tx, caller, new, "pending" if rules.scans_uploads() else "not_configured")
        bucket = resource(RULES[new.purpose].incoming)
        form = presigned_form(bucket, rules.incoming_key(file_id), new.content_type, new.size_bytes, rules.FORM_SECONDS)
        upload = Upload(
            id=file_id,
            status="PENDING",
            purpose=new.purpose,
            content_type=new.content_type,
            size_bytes=new.size_bytes,
            upload=UploadForm(url=form.url, fields=form.fields),
            expires_at=form.expires_at,
        )
        tx.emit("file.announced", upload)
    return upload
