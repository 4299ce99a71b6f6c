"""Download a file.

Redirects to an address that works for 60 seconds, without a token. With `Accept: application/json` the answer is 200
with that address, for pages whose scripts cannot follow a redirect to another host.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.files import rules
from shared.files.access import openable_file
from shared.files.models import DownloadLink
from shared.files.storage import rule_of
from shared.kit.accept import preferred
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.presigned import presigned_link
from shared.kit.reply import Reply
from shared.kit.request import Caller, current
from shared.kit.settings import resource


@endpoint(
    "GET /files/{file_id}/download",
    access=EVERY_ROLE,
    also={302: "The file is at `Location` for the next minute."},
    raises=(rules.FileNotReady,),
    uses=("files.read", "media.read"),
)
def download_file(caller: Caller, file_id: UUID) -> Reply[DownloadLink]:
    with reading(caller) as tx:
        row = openable_file(tx, caller, file_id)
    rule = rule_of(row)
    if rule.is_confidential:
        raise NotFound()
    if row["status"] != "READY":
        raise rules.FileNotReady()
    expires = datetime.now(UTC) + timedelta(seconds=rules.LINK_SECONDS)
    key = rules.key_of(row, "file", row["sha256"])
    url = presigned_link(resource(rule.bucket), key, row["content_type"], row["file_name"], rules.LINK_SECONDS)
    link = DownloadLink(url=url, expires_at=expires)
    if preferred(current(), "*/*", "application/json") == "application/json":
        return Reply(link)
    return Reply(link, status=302, headers={"location": url})
