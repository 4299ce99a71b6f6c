"""List audit log entries.

Shows who did what, and which requests were refused. Owners see the entries of their own organization; SUPPORT and
SUPER_ADMIN see all entries.
"""

from shared.admin import queries
from shared.admin.models import AuditEntry, AuditFilter, AuditLog
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.paging import PageMeta
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /audit-logs", access=may(Right.READ_AUDIT))
def list_audit_logs(caller: Caller, query: AuditFilter) -> AuditLog:
    with reading(caller) as tx:
        rows = queries.select_entries(tx, caller, query)
    shown, meta = query.page(rows, "created_at", "id")
    return AuditLog.of({"data": [AuditEntry.of(row) for row in shown], "meta": PageMeta.of(meta)})
