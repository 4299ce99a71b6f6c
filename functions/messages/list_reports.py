"""List reported messages.

For SUPPORT and SUPER_ADMIN: what people reported, the newest first, with each message as it was then.
"""

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import Paged, PageMeta
from shared.kit.request import Caller
from shared.messages import written
from shared.messages.models import MessageReport, MessageReportList
from shared.organizations.roles import Right, may


@endpoint("GET /admin/reports", access=may(Right.MODERATE))
def list_reports(caller: Caller, query: Paged) -> MessageReportList:
    with reading(caller) as tx:
        shown, meta = query.page(written.select_reports(tx, query), "created_at", "id")
    return MessageReportList.of({"data": [MessageReport.of(row) for row in shown], "meta": PageMeta.of(meta)})
