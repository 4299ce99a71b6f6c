"""What stops the platform from starting, in one sentence that says what to do."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".local" / "cache"
"""Downloaded binaries: the same for every platform of this checkout, whatever its state directory."""


class Problem(Exception):
    """The text is shown to the person at the terminal as it stands; no traceback follows."""
