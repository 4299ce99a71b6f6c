"""Report the number of open sockets.

The dashboard cannot derive it from openings and closings, because some closings are lost.
"""

from typing import Any

from shared.kit import metrics
from shared.kit.db import reading
from shared.kit.task import job
from shared.realtime import queries


@job("rate(1 minute)", emits=False)
def count_sockets(event: dict[str, Any]) -> None:
    with reading(None) as tx:
        metrics.count("OpenSockets", queries.count_connections(tx))
