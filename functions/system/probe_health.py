"""Probe the platform's health.

Checks from outside, through the public address, whether the platform is healthy for its users. It notifies nobody
itself: an alarm fires when the answers stay bad or stop (stacks/observability.py).
"""

from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from shared.kit import metrics
from shared.kit.settings import setting
from shared.kit.task import job

_TIMEOUT = 10


@job("rate(1 minute)", database=None, timeout=20, memory=256)
def probe_health(event: dict[str, Any]) -> None:
    metrics.count("Healthy", int(_is_healthy(f"{setting('PUBLIC_URL')}/health")))


def _is_healthy(url: str) -> bool:
    try:
        with urlopen(url, timeout=_TIMEOUT) as answer:  # noqa: S310 (our own address, from the stack)
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
