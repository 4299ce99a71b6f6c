"""Somebody's phone: an authenticator app, written apart from ours."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.auth.enable_second_factor import enable_second_factor
from functions.auth.login import login
from functions.auth.set_up_second_factor import set_up_second_factor
from tests.world import PASSWORD


class App:
    """What a scanned `otpauth://` address makes of a phone (RFC 6238, as the address says)."""

    def __init__(self, address: str) -> None:
        self.parts = urlsplit(address)
        self.asked = {name: values[0] for name, values in parse_qs(self.parts.query).items()}
        self._key = base64.b32decode(self.asked["secret"])

    def code(self, drift: int = 0) -> str:
        """The code of now, or of `drift` times 30 seconds later."""
        mac = hmac.digest(self._key, struct.pack(">Q", int(time.time()) // 30 + drift), hashlib.sha1)
        start = mac[-1] & 15
        number: int = struct.unpack(">I", mac[start : start + 4])[0] & 0x7FFFFFFF
        return f"{number % 10**6:06}"

    def wrong(self) -> str:
        """A code of no moment near."""
        near = {self.code(drift) for drift in range(-3, 4)}
        return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
                    if code not in near)  # fmt: skip


@contextmanager
def stopped_clock() -> Iterator[None]:
    """One moment, however long it takes: a code is read and given within the same 30 seconds."""
    now = time.time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: now)
        yield


def set_up(call: Any, user: Any) -> App:
    return App(call(set_up_second_factor, as_=user).json["otpauth_uri"])


def protected(call: Any, user: Any) -> tuple[App, list[str]]:
    """The user has a second factor from now on; its app, and its recovery codes. The code of now is not spent."""
    app = set_up(call, user)
    with stopped_clock():
        reply = call(enable_second_factor, as_=user, body={"code": app.code(-1)})
    assert reply.status == 200, reply.body
    return app, list(reply.json["recovery_codes"])


def asked_for_a_code(call: Any, user: Any) -> str:
    """The token of a sign-in that waits for the second factor."""
    reply = call(login, body={"email": user.email, "password": PASSWORD})
    assert set(reply.json) == {"outcome", "mfa_required", "mfa_token"}, reply.json
    return str(reply.json["mfa_token"])
