"""Feature flags in code: `flags.is_enabled("new_ui", caller)`.

A function keeps all flags for half a minute, so that asking costs nothing: only the first question after that reads
them again. A change is therefore seen everywhere within 60 seconds.
"""

import time
from collections.abc import Mapping

from shared.flags import queries, rules
from shared.kit.db import Row, reading
from shared.kit.request import Caller

SECONDS = 30
"""How long the flags are kept."""

_kept: tuple[float, Mapping[str, Row]] = 0.0, {}


def is_enabled(name: str, caller: Caller) -> bool:
    """Whether the flag is on for the caller; one that does not exist is off. Raises Unavailable."""
    return rules.is_on(_flags(caller).get(name), caller)


def _flags(caller: Caller) -> Mapping[str, Row]:
    global _kept
    until, flags = _kept
    if time.monotonic() >= until:
        with reading(caller) as tx:
            flags = {row["name"]: row for row in queries.select_flags(tx)}
        _kept = time.monotonic() + SECONDS, flags
    return flags
