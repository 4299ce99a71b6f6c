"""A Valkey that is sick, in the four ways in which it can be.

`with SICK[sickness](monkeypatch):` makes it so; limits are then as the sources say.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from shared.kit import valkey


@contextmanager
def down(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody listens where Valkey should be."""
    with _elsewhere(monkeypatch, 1):
        yield


@contextmanager
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It takes every connection and never answers; it is waited for as long as on a stage."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            try:
                while True:
                    taken.append(server.accept()[0])
            except OSError:
                return

        thread = threading.Thread(target=take)
        thread.start()
        try:
            with _elsewhere(monkeypatch, server.getsockname()[1]), monkeypatch.context() as changed:
                changed.delenv("VALKEY_PATIENCE")
                yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in taken:
                one.close()


@contextmanager
def wiped(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """It has forgotten everything."""
    forget()
    valkey.command("FLUSHALL")
    with _elsewhere(monkeypatch):
        yield


@contextmanager
def of_wrong_type(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every key that it has holds a list, which none of ours is."""
    forget()
    for key in valkey.command("KEYS", "*"):
        valkey.pipeline(("DEL", key), ("RPUSH", key, "x"))
    with _elsewhere(monkeypatch):
        yield
    valkey.command("FLUSHALL")


@contextmanager
def _elsewhere(monkeypatch: pytest.MonkeyPatch, port: int | None = None) -> Iterator[None]:
    forget()
    with monkeypatch.context() as changed:
        if port is not None:
            changed.setenv("VALKEY_PORT", str(port))
        changed.setenv("RATE_LIMIT_SCALE", "1")
        yield
    forget()


def forget() -> None:
    """As an environment that has not asked Valkey yet."""
    if kept := valkey._state.__dict__.pop("socket", None):
        kept.close()
    valkey._state.__dict__.pop("closed_until", None)


SICK: dict[str, Callable[[pytest.MonkeyPatch], AbstractContextManager[object]]] = {
    "down": down,
    "slow": slow,
    "wiped": wiped,
    "of_wrong_type": of_wrong_type,
}
