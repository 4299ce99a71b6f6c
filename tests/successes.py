"""For each HTTP operation a request that succeeds: what requests cost is counted and measured with these.

Each word says how its own do, in tests/<word>/successes.py: a method named as the operation makes whatever the request
needs, and `BODIES` has the body of a well-formed request for the matrix of tests/architecture/test_access.py (None: it
has none). Signing in and up (auth/) have figures of their own and only bodies here.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from tests.cast import Asked

_WORDS = [
    import_module(f"tests.{path.parent.name}.successes")
    for path in sorted(Path(__file__).parent.glob("*/successes.py"))
]

BODIES: dict[str, dict[str, Any] | None] = {name: body for word in _WORDS for name, body in word.BODIES.items()}


class Successes(*(word.Successes for word in _WORDS)):  # type: ignore[misc]
    """`asked("place_bid")` is a request that will succeed once: whatever it needs is made first."""

    def asked(self, operation: str) -> Asked:
        """What the operation is to be called with; `as_` is None where nobody calls."""
        make = getattr(self, operation, None)
        assert make, f"Nothing says how {operation} succeeds: add a method of that name to its word's successes.py."
        return {"as_": None, **make()}
