"""Retrieve an upload.

The file's status and, once it is READY, what is known of it. Available to whoever uploaded it and, unless it is
private, to their organization.
"""

from uuid import UUID

from shared.files import rules
from shared.files.access import openable_file
from shared.files.models import File
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller


@endpoint("GET /uploads/{upload_id}", access=EVERY_ROLE)
def get_upload(caller: Caller, upload_id: UUID) -> File:
    with reading(caller) as tx:
        return rules.shown(openable_file(tx, caller, upload_id))
