"""A Valkey that does not answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.kit import limits


@contextmanager
def down(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody listens where Valkey should be, and limits are as the sources say."""
    forget()
    with monkeypatch.context() as changed:
        changed.setenv("VALKEY_PORT", "1")
        changed.setenv("RATE_LIMIT_SCALE", "1")
        yield
    forget()


def forget() -> None:
    """As an environment that has not asked Valkey yet."""
    if kept := limits._state.__dict__.pop("socket", None):
        kept.close()
    limits._state.__dict__.pop("closed_until", None)
