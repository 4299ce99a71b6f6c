"""How much work something is: counted, so that a slow machine finds what a fast one finds."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def counted(what: Callable[[], T]) -> tuple[T, int]:
    """Its result, and how many lines of Python were executed for it in this thread."""
    lines = 0

    def trace(frame: Any, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        return what(), lines
    finally:
        sys.settrace(before)
