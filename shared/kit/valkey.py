"""Valkey: one connection per environment, for counting requests and caching answers.

No answer depends on it to be right. If it does not respond within 50 ms, the request continues without it, and nothing
is sent to it for a second.
"""

import socket
import ssl
import threading
import time
from typing import Any

import hiredis

from shared.kit.aws import presign_token
from shared.kit.settings import setting

_PATIENCE = "0.05"
"""Seconds. No stage sets VALKEY_PATIENCE; tests that are not about its slowness do."""
_PAUSE = 1.0
_state = threading.local()

Command = tuple[str | int | bytes, ...]


class ValkeyDown(Exception):
    """Valkey did not answer in time."""


def command(*words: str | int) -> Any:
    """One command and its answer. Raises ValkeyDown; then nothing is tried for a second."""
    [answer] = pipeline(words)
    if isinstance(answer, hiredis.ReplyError):
        raise ValkeyDown from answer
    return answer


def pipeline(*commands: Command) -> list[Any]:
    """Several commands in one round trip; their answers in order, an error of one of them being its answer.

    Raises ValkeyDown; then nothing is tried for a second.
    """
    if time.monotonic() < getattr(_state, "closed_until", 0.0):
        raise ValkeyDown
    try:
        if getattr(_state, "socket", None) is None:
            _connect()
        return _ask(*commands)
    except (OSError, hiredis.HiredisError) as error:
        if broken := _state.__dict__.pop("socket", None):
            broken.close()
        _state.closed_until = time.monotonic() + _PAUSE
        raise ValkeyDown from error


def _ask(*commands: Command) -> list[Any]:
    _state.socket.sendall(b"".join(hiredis.pack_command(words) for words in commands))  # type: ignore[arg-type]
    answers: list[Any] = []
    while len(answers) < len(commands):
        while (answer := _state.reader.gets()) is False:
            data = _state.socket.recv(65536)
            if not data:
                raise OSError("Valkey closed the connection")
            _state.reader.feed(data)
        answers.append(answer)
    return answers


def _connect() -> None:
    host, user = setting("VALKEY_HOST"), setting("VALKEY_USER")
    patience = float(setting("VALKEY_PATIENCE", _PATIENCE))
    plain = socket.create_connection((host, int(setting("VALKEY_PORT"))), timeout=patience)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    encrypted = setting("VALKEY_TLS") == "1"
    _state.socket = ssl.create_default_context().wrap_socket(plain, server_hostname=host) if encrypted else plain
    _state.reader = hiredis.Reader()
    query = {"Action": "connect", "User": user, "ResourceType": "ServerlessCache"}
    [answer] = _ask(("AUTH", user, presign_token("elasticache", setting("VALKEY_NAME"), "/", query)))
    if isinstance(answer, hiredis.ReplyError):
        raise answer
