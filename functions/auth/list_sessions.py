"""List active sessions.

Lists where the caller is signed in, so that they can spot a device that is not theirs.
"""

from shared.auth import queries
from shared.auth.models import Device, DeviceList
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller


@endpoint("GET /auth/sessions", access=EVERY_ROLE)
def list_sessions(caller: Caller, query: Paged) -> DeviceList:
    with reading(caller) as tx:
        rows = queries.select_sessions(tx, caller, query)
    shown, meta = query.page(rows, "id")
    return DeviceList.of({"data": [Device.of(row) for row in shown], "meta": PageMeta.of(meta)})
