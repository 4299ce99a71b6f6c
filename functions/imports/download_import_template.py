"""Download an import template.

A file to fill in: the columns' names, what belongs into each column, and one example row. An import passes over the
notes, whether they were deleted or not; replace the example with your own rows.
"""

from typing import Annotated

from shared.imports.models import TemplateFilter
from shared.imports.rules import XLSX_TYPE
from shared.imports.template import csv_template, xlsx_template
from shared.kit.endpoint import endpoint
from shared.kit.reply import File, Reply
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint("GET /imports/template", access=may(Right.IMPORT), layers=("sheets",))
def download_import_template(
    caller: Caller, query: TemplateFilter
) -> Reply[Annotated[File, "text/csv"] | Annotated[File, XLSX_TYPE]]:
    return Reply((csv_template if query.format == "CSV" else xlsx_template)(query.kind))
