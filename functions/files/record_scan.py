"""Record what the malware scanner found.

GuardDuty reports each object that arrives, through EventBridge. A report that comes before the upload is completed is
kept until then.
"""

from functools import partial
from typing import Any
from uuid import UUID

from shared.files import queries, rules
from shared.kit.consumer import worker
from shared.kit.db import transaction
from shared.kit.request import current
from shared.kit.unit import perform


@worker("scans", database="worker", uses=("relay.send",))
def record_scan(report: dict[str, Any]) -> None:
    scanned = report["detail"]["s3ObjectDetails"]
    file_id = UUID(scanned["objectKey"].rpartition("/")[2])
    # A scan that was not completed has no result.
    result = report["detail"].get("scanResultDetails", {}).get("scanResultStatus") or report["detail"]["scanStatus"]
    perform(current().operation, partial(_record, file_id, scanned["versionId"], result))


def _record(file_id: UUID, version_id: str, result: str) -> None:
    with transaction() as tx:
        if not queries.insert_scan(tx, file_id, version_id, result):
            return
        row = queries.select_file(tx, file_id)
        if row and row["status"] == "SCANNING":
            tx.emit("file.scanned", rules.shown(row))
