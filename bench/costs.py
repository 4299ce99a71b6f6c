"""What a million requests, and a month of sockets, would cost in AWS: an estimate from measured milliseconds.

List prices of us-east-1 in USD, first tier, without the free one. Not included: hourly costs that do not depend on use
(Aurora, Valkey, NAT, WAF; docs/deploy.md), outgoing traffic, and taxes.
"""

from collections.abc import Mapping

from bench.figures import table

LAMBDA_REQUEST = 0.20 / 1e6
LAMBDA_GB_SECOND = 0.0000133334  # arm64
HTTP_REQUEST = 1.00 / 1e6
SOCKET_MESSAGE = 1.00 / 1e6
SOCKET_MINUTE = 0.25 / 1e6
SQS_REQUEST, SQS_FIFO_REQUEST = 0.40 / 1e6, 0.50 / 1e6
EVENT = 1.00 / 1e6
LOG_GB = 0.50
MAIL = 0.10 / 1e3

MEMORY_GB = 0.5
FULL_CORE_MB = 1769
"""From this memory size on, Lambda provides a whole core; below, a proportional share."""
COLD = 0.01
"""Share of all invocations."""
AUTHORIZED = 0.2
"""Authorizer invocations for each request behind it (kept for 45 s)."""
LOG_KB = 1.0
"""For each invocation."""
BACKGROUND = 5
"""Invocations that follow a bid: relay, notifications, letter, push, mail; each as long as the write itself."""

MINUTES = 730 * 60
PINGS = 730 * 60 / 5
"""Of a socket in a month: one each five minutes, as it would be closed after ten."""
FRAMES = 20 * 30.4
RECONNECTS = 365
"""A socket lives two hours at most."""


def tell(figures: Mapping[str, float]) -> str:
    """Both tables; `figures` are those of rows 1 and 2."""

    def invocation(kind: str) -> float:
        cpu, wall = figures[f"{kind} CPU"], figures[f"{kind} wall"]
        billed = wall - cpu + cpu * FULL_CORE_MB / (MEMORY_GB * 1024) + COLD * figures["cold_ms"]
        return LAMBDA_REQUEST + billed / 1000 * MEMORY_GB * LAMBDA_GB_SECOND + LOG_KB / 1e6 * LOG_GB

    cached, read, searched, written = (
        invocation(kind)
        for kind in (
            "GET /spaces/{id}, from Valkey",
            "GET /spaces/{id}, from the database",
            "GET /spaces?…, from the database",
            "POST /bids",
        )
    )
    # Each message is sent, received and deleted; the events go to three queues.
    behind = BACKGROUND * written + 4 * 3 * SQS_REQUEST + 2 * 3 * SQS_FIFO_REQUEST + EVENT + 2 * SOCKET_MESSAGE + MAIL
    rows: list[tuple[object, ...]] = [
        _row("GET /spaces/{id}, from Valkey", HTTP_REQUEST, cached, 0.0),
        _row("GET /spaces/{id}, from the database", HTTP_REQUEST, read, 0.0),
        _row("GET /spaces?…, from the database", HTTP_REQUEST, searched, 0.0),
        _row("POST /bids, with all that follows it", HTTP_REQUEST, written * (1 + AUTHORIZED), behind),
    ]
    requests = table(("per 1M requests", "API Gateway", "Lambda and logs", "what follows", "USD"), rows)
    ping = cached + 2 * SOCKET_MESSAGE
    connecting = 2 * read + SOCKET_MESSAGE
    parts = (MINUTES * SOCKET_MINUTE, PINGS * ping, FRAMES * SOCKET_MESSAGE, RECONNECTS * connecting)
    sockets = table(
        ("per 1,000 sockets open all month", "connected", "pings", "frames", "reconnecting", "USD"),
        [("", *(f"{1000 * part:.2f}" for part in parts), f"{1000 * sum(parts):.2f}")],
    )
    return f"{requests}\n\n{sockets}"


def _row(name: str, gateway: float, functions: float, behind: float) -> tuple[object, ...]:
    return (name, *(f"{1e6 * part:.2f}" for part in (gateway, functions, behind, gateway + functions + behind)))
