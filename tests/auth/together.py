"""Requests at the same moment: each in a thread that owns its connections, as each environment does."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from shared.kit import aws, db, limits

T = TypeVar("T")


def together(times: int, action: Callable[[], T]) -> list[T]:
    """What `action` answered, `times` at once."""
    start = threading.Barrier(times)

    def run() -> T:
        start.wait()
        try:
            return action()
        finally:
            db.disconnect()
            if kept := getattr(limits._state, "socket", None):
                kept.close()
            for connection in aws._state.__dict__.get("connections", {}).values():
                connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [each.result() for each in [pool.submit(run) for _ in range(times)]]
