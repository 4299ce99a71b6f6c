"""Retrieve the maintenance report.

Shows what maintenance was open on a given day, by age and priority; for the twelve months up to it how fast tickets
were answered and resolved, how many of them in time, and what they cost by building and category. A reopened ticket
counts from the day on which it was reopened. The response is JSON, or CSV with `Accept: text/csv`, with one row per
building.
"""

from typing import Annotated

from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.reply import File, Reply
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may
from shared.reports import queries
from shared.reports.answer import answer, table_of
from shared.reports.maintenance import BuildingMaintenance, MaintenanceReport, select_maintenance
from shared.reports.models import ReportFilter


@endpoint("GET /reports/maintenance", access=may(Right.READ_REPORTS), timeout=25, memory=1024, raises=(NotFound,))
def show_maintenance(
    caller: Caller, query: ReportFilter, request: Request
) -> Reply[MaintenanceReport | Annotated[File, "text/csv"]]:
    with reading(caller) as tx:
        report = select_maintenance(tx, queries.scope_of(caller, query.building_id, query.as_of))
    columns = ("building_id", "building_name", *BuildingMaintenance.model_fields)
    return answer(request, "maintenance", report, table_of(dict.fromkeys(columns), report["data"]))
