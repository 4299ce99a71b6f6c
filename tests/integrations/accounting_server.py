"""What accounting software on this machine has in common: the real ones cannot be reached from tests.

OAuth 2 as the providers document it: a person who agrees, codes that are good once, access tokens that end, refresh
tokens that are spent, revocation. And bad days: `fail` is what happens to the next calls of the API.
"""

import base64
import hashlib
import json
import secrets
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.serving import serve

CLIENT = "our-app"
SECRET = "our-app-secret-of-many-signs"

Answer = tuple[int, Any]


class Refusal(Exception):
    """The API says no: a status, and a body."""

    def __init__(self, status: int, body: Any) -> None:
        self.answer = status, body


class AccountingServer(ABC):
    """A provider with one company's books."""

    takes_basic = True
    wants_pkce = False
    rotates = True

    def __init__(self) -> None:
        self.agrees = True
        self.calls: list[tuple[str, str]] = []
        self.refreshed = Counter[str]()
        self.lost_answers = 0
        self.fails: list[tuple[int, dict[str, str], Any]] = []
        self.before: Callable[[str, str], None] | None = None
        self.books: Counter[str] = Counter()
        self.customers_owe: Counter[str] = Counter()
        self.lock = threading.RLock()
        self._codes: dict[str, dict[str, str]] = {}
        self._access: set[str] = set()
        self._refresh: set[str] = set()
        self._number = 100
        self._is_up = True
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.serve(self)

            do_POST = do_DELETE = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        serve(self._server)

    def close(self) -> None:
        if self._is_up:
            self._is_up = False
            self._server.shutdown()
            self._server.server_close()

    def app(self) -> dict[str, str]:
        """What an operator's secret says of it."""
        return {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "authorize": f"{self.url}/authorize",
            "token": f"{self.url}/token",
            "revoke": f"{self.url}/revoke",
            "accounts": self.url,
            "api": self.url,
        }

    def number(self) -> str:
        self._number += 1
        return str(self._number)

    # A person before the login page.

    def visit(self, address: str) -> dict[str, str]:
        """Follow a link to the page at which a person agrees, or not; the parameters with which they are sent back."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.url}/authorize"
        asked = {name: value for name, [value] in parse_qs(parts.query, strict_parsing=True).items()}
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code" and asked["state"]
        assert ("code_challenge" in asked) == self.wants_pkce
        if not self.agrees:
            return {"state": asked["state"], "error": "access_denied"}
        code = secrets.token_urlsafe(24)
        self._codes[code] = asked
        return {"state": asked["state"], "code": code} | self.comes_back_with()

    def comes_back_with(self) -> dict[str, str]:
        return {}

    def end_tokens(self) -> None:
        """Access tokens end before their time."""
        self._access.clear()

    def cut_off(self) -> None:
        """A person takes our access away at the provider."""
        self._access.clear()
        self._refresh.clear()

    @property
    def lets_somebody_in(self) -> bool:
        return bool(self._refresh)

    # HTTP.

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        raw = handler.rfile.read(int(handler.headers.get("content-length") or 0)).decode()
        with self.lock:
            answer, headers = self._answer(handler, parts.path, parse_qs(parts.query), raw)
        if answer is None:
            handler.close_connection = True
            return
        status, body = answer
        content = json.dumps(body, default=_number).encode()
        handler.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(content)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    def _answer(
        self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, list[str]], raw: str
    ) -> tuple[Answer | None, dict[str, str]]:
        if path in ("/token", "/revoke"):
            given = {name: value for name, [value] in parse_qs(raw, strict_parsing=True).items()}
            return (self._token if path == "/token" else self._revoke)(given, handler.headers), {}
        self.calls.append((handler.command, path))
        if self.before:
            self.before(handler.command, path)
        if self.fails and handler.command != "GET" or self.fails and self.fails[0][0] != 0:
            status, headers, body = self.fails.pop(0)
            if status == 0:
                # It is done, and nobody hears of it.
                self._tried(handler, path, query, raw)
                self.lost_answers += 1
                return None, {}
            return (status, body), headers
        return self._tried(handler, path, query, raw), {}

    def _tried(self, handler: BaseHTTPRequestHandler, path: str, query: dict[str, list[str]], raw: str) -> Answer:
        if handler.headers.get("authorization", "").partition(" ")[2] not in self._access:
            return self.not_let_in()
        try:
            asked = {name: value for name, [value] in query.items()}
            body = json.loads(raw, parse_float=Decimal) if raw else {}
            return self.api(handler.command, path, asked, body)
        except Refusal as refusal:
            return refusal.answer

    @abstractmethod
    def api(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
        """The provider's answer to a request with a valid token. Raises Refusal."""

    @abstractmethod
    def not_let_in(self) -> Answer:
        """The provider's answer to a token that it does not know."""

    def _is_us(self, given: dict[str, str], headers: Any) -> bool:
        if self.takes_basic:
            pair = base64.b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
            return pair == f"{CLIENT}:{SECRET}"
        return (given.get("client_id"), given.get("client_secret")) == (CLIENT, SECRET)

    def _token(self, given: dict[str, str], headers: Any) -> Answer:
        if not self._is_us(given, headers):
            return self.token_error("invalid_client")
        if given["grant_type"] == "refresh_token":
            spent = given["refresh_token"]
            self.refreshed[spent] += 1
            if spent not in self._refresh:
                return self.token_error("invalid_grant")
            if self.rotates:
                self._refresh.discard(spent)
            return 200, self._issued(None if not self.rotates else secrets.token_urlsafe(32))
        asked = self._codes.pop(given.get("code", ""), None)
        if asked is None or given["redirect_uri"] != asked["redirect_uri"]:
            return self.token_error("invalid_grant")
        if self.wants_pkce:
            digest = hashlib.sha256(given["code_verifier"].encode()).digest()
            if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
                return self.token_error("invalid_grant")
        return 200, self._issued(secrets.token_urlsafe(32))

    def token_error(self, error: str) -> Answer:
        return 400, {"error": error}

    def _issued(self, refresh: str | None) -> dict[str, Any]:
        access = secrets.token_urlsafe(32)
        self._access.add(access)
        issued = {"access_token": access, "token_type": "bearer", "expires_in": 3600}
        if refresh:
            self._refresh.add(refresh)
            issued["refresh_token"] = refresh
        return issued

    def _revoke(self, given: dict[str, str], headers: Any) -> Answer:
        self._refresh.discard(given["token"])
        if not self._refresh:
            self._access.clear()
        return 200, {}

    # Books.

    def post(self, account: str, amount: Decimal, customer: str | None = None) -> None:
        """Debit an account, or credit it (below zero)."""
        self.books[account] += amount
        if customer:
            self.customers_owe[customer] += amount


def _number(value: Any) -> Any:
    return float(value)
