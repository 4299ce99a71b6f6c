"""DocuSign as its REST protocol describes it, on this machine: the real one cannot be reached from tests.

    python -m tests.contracts.docusign_server PORT WEBHOOK_KEY PUBLIC_KEY_FILE

Source: eSignature REST API v2.1 and JWT Grant authentication. It checks what DocuSign checks (the grant's
signature and claims, the bearer token, the envelope's fields, which status follows which) and answers with
DocuSign's shapes and error codes. `faults` come before the next answers; `complete`, `decline` and `void` are
what people do there, and each tells the envelope's own webhook, signed with every key.
"""

import hmac
import json
import re
import sys
import threading
import time
from base64 import b64decode, b64encode
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt

from tests.serving import serve

INTEGRATION_KEY = "7c2b8d7e-83c3-4940-af5e-cda8a50dd73f"
USER_ID = "f21a53ef-8b3f-4c88-9d68-f3a1a3f5b2b1"
ACCOUNT_ID = "624e3e00-2e2d-4a3a-8a6e-9d6a3d0f5a11"


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str = "") -> None:
        self.status, self.body = status, {"errorCode": code, "message": message or code}
        super().__init__(code)


@dataclass
class Envelope:
    """One envelope, with what its sender asked for."""

    id: str
    asked: dict[str, Any]
    status: str
    history: list[str] = field(default_factory=list)


class DocuSignServer:
    """A running server; `envelopes` is what it holds, `requests` what it was asked."""

    def __init__(self, public_key: str, webhook_keys: tuple[str, ...] = (), port: int = 0) -> None:
        self.public_key, self.webhook_keys = public_key, webhook_keys
        self.envelopes: dict[str, Envelope] = {}
        self.requests: list[str] = []
        self.faults: list[tuple[int, str]] = []
        self.drop_answers = 0
        self.tokens: dict[str, float] = {}
        self.lock = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        serve(self.http)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def credentials(self, private_key: str) -> dict[str, str]:
        """What an operator puts into the secret `docusign`."""
        return {
            "auth_url": self.url,
            "api_url": self.url,
            "account_id": ACCOUNT_ID,
            "integration_key": INTEGRATION_KEY,
            "user_id": USER_ID,
            "private_key": private_key,
        }

    def of_contract(self, contract_id: str) -> list[Envelope]:
        return [one for one in self.envelopes.values() if one.asked.get("transactionId") == contract_id]

    # --- what the API does ------------------------------------------------------------------------

    def answer(self, method: str, url: str, headers: Any, body: bytes) -> tuple[int, Any]:
        target = urlsplit(url)
        with self.lock:
            self.requests.append(f"{method} {target.path}")
            if target.path == "/oauth/token" and method == "POST":
                return self._grant(body)
            self._authorize(headers.get("authorization", ""))
            if self.faults:
                raise Refused(*self.faults.pop(0))
            base = f"/restapi/v2.1/accounts/{ACCOUNT_ID}"
            if not target.path.startswith(base):
                raise Refused(404, "ACCOUNT_NOT_FOUND")
            sent = json.loads(body) if body else {}
            return self._route(method, target.path.removeprefix(base), parse_qs(target.query), sent)

    def _grant(self, body: bytes) -> tuple[int, Any]:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return 400, {"error": "unsupported_grant_type"}
        host = urlsplit(self.url).netloc
        try:
            claims = jwt.decode(
                form["assertion"],
                self.public_key,
                algorithms=["RS256"],
                audience=host,
                options={"require": ["iss", "sub", "aud", "iat", "exp", "scope"]},
            )
        except (KeyError, jwt.InvalidTokenError):
            return 400, {"error": "invalid_grant", "error_description": "no_valid_keys_or_signatures"}
        if claims["iss"] != INTEGRATION_KEY or claims["exp"] - claims["iat"] > 6000:
            return 400, {"error": "invalid_grant"}
        if claims["sub"] != USER_ID or "impersonation" not in claims["scope"].split():
            return 400, {"error": "consent_required"}
        token = uuid4().hex
        self.tokens[token] = time.monotonic() + 3600
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": "signature"}

    def _authorize(self, header: str) -> None:
        kind, _, token = header.partition(" ")
        if kind != "Bearer" or self.tokens.get(token, 0.0) < time.monotonic():
            raise Refused(401, "AUTHORIZATION_INVALID_TOKEN", "The access token provided is expired or invalid.")

    def _route(self, method: str, path: str, query: dict[str, list[str]], sent: Any) -> tuple[int, Any]:
        match (method, path):
            case ("POST", "/envelopes"):
                return self._create(sent)
            case ("GET", "/envelopes"):
                return self._list(query)
            case ("PUT", "/folders/recyclebin"):
                for envelope_id in sent["envelopeIds"]:
                    self._move(self._found(envelope_id), "deleted")
                return 200, {"folders": []}
        parts = re.fullmatch(r"/envelopes/([^/]+)(/documents/combined)?", path)
        if parts is None:
            raise Refused(404, "RESOURCE_NOT_FOUND")
        envelope = self._found(parts[1])
        if method == "GET" and parts[2]:
            return 200, self._document(envelope)
        if method == "GET":
            return 200, {"envelopeId": envelope.id, "status": envelope.status}
        if method == "PUT" and not parts[2]:
            self._update(envelope, sent)
            return 200, {"envelopeId": envelope.id}
        raise Refused(405, "METHOD_NOT_ALLOWED")

    def _create(self, sent: Any) -> tuple[int, Any]:
        for name in ("emailSubject", "documents", "recipients", "status"):
            if not sent.get(name):
                raise Refused(400, "ENVELOPE_IS_INCOMPLETE", name)
        if sent["status"] not in ("created", "sent"):
            raise Refused(400, "INVALID_REQUEST_PARAMETER", "status")
        documents = {one["documentId"] for one in sent["documents"]}
        for document in sent["documents"]:
            if not b64decode(document["documentBase64"], validate=True).startswith(b"%PDF"):
                raise Refused(400, "UNABLE_TO_CONVERT_DOCUMENT")
        for signer in sent["recipients"]["signers"]:
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", signer["email"]):
                raise Refused(400, "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT")
            if not {tab["documentId"] for tab in signer["tabs"]["signHereTabs"]} <= documents:
                raise Refused(400, "TAB_REFERS_TO_MISSING_DOCUMENT")
        envelope = Envelope(str(uuid4()), sent, sent["status"], [sent["status"]])
        self.envelopes[envelope.id] = envelope
        return 201, {
            "envelopeId": envelope.id,
            "uri": f"/envelopes/{envelope.id}",
            "statusDateTime": _now(),
            "status": envelope.status,
        }

    def _list(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        if not {"transaction_ids", "envelope_ids", "from_date"} & set(query):
            raise Refused(400, "INVALID_REQUEST_PARAMETER", "from_date")
        wanted = query.get("transaction_ids", [""])[0].split(",")
        found = [one for one in self.envelopes.values() if one.asked.get("transactionId") in wanted]
        statuses = [
            {"transactionId": one.asked["transactionId"], "envelopeId": one.id, "status": one.status} for one in found
        ]
        return 200, {"resultSetSize": str(len(found)), "envelopeTransactionStatuses": statuses}

    def _update(self, envelope: Envelope, sent: Any) -> None:
        allowed = {"sent": ("created",), "voided": ("sent", "delivered")}
        if envelope.status not in allowed.get(sent.get("status"), ()):
            raise Refused(400, "ENVELOPE_INVALID_STATUS", envelope.status)
        if sent["status"] == "voided" and not sent.get("voidedReason"):
            raise Refused(400, "INVALID_REQUEST_PARAMETER", "voidedReason")
        self._move(envelope, sent["status"])

    def _move(self, envelope: Envelope, status: str) -> None:
        envelope.status = status
        envelope.history.append(status)

    def _found(self, envelope_id: str) -> Envelope:
        if envelope_id not in self.envelopes:
            raise Refused(404, "ENVELOPE_DOES_NOT_EXIST")
        return self.envelopes[envelope_id]

    def _document(self, envelope: Envelope) -> bytes:
        original = b64decode(envelope.asked["documents"][0]["documentBase64"])
        return original + f"\n% signed in envelope {envelope.id}: {envelope.status}\n".encode()

    # --- what people do there ---------------------------------------------------------------------

    def complete(self, envelope_id: str) -> int:
        """Both have signed; the webhook's answer."""
        return self._happens(envelope_id, "completed", completedDateTime=_now())

    def decline(self, envelope_id: str, reason: str) -> int:
        signers = [{"recipientId": "1", "status": "declined", "declinedReason": reason}]
        return self._happens(envelope_id, "declined", recipients={"signers": signers})

    def _happens(self, envelope_id: str, status: str, **summary: Any) -> int:
        envelope = self.envelopes[envelope_id]
        if envelope.status not in ("sent", "delivered"):
            raise Refused(400, "ENVELOPE_INVALID_STATUS", envelope.status)
        self._move(envelope, status)
        return self.tell(envelope, connect_body(envelope_id, status, **summary))

    def tell(self, envelope: Envelope, body: bytes) -> int:
        """POST to the envelope's webhook, as Connect does; the answer's status."""
        target = urlsplit(envelope.asked["eventNotification"]["url"])
        headers = {"content-type": "application/json", **signed(body, *self.webhook_keys)}
        with closing(HTTPConnection(target.netloc, timeout=120)) as connection:
            connection.request("POST", target.path, body=body, headers=headers)
            return connection.getresponse().status


def connect_body(envelope_id: str, status: str, **summary: Any) -> bytes:
    """A message of Connect in its JSON SIM form."""
    message = {
        "event": f"envelope-{status}",
        "apiVersion": "v2.1",
        "uri": f"/restapi/v2.1/accounts/{ACCOUNT_ID}/envelopes/{envelope_id}",
        "retryCount": 0,
        "configurationId": 10418598,
        "generatedDateTime": _now(),
        "data": {
            "accountId": ACCOUNT_ID,
            "userId": USER_ID,
            "envelopeId": envelope_id,
            "envelopeSummary": {"status": status, "envelopeId": envelope_id, **summary},
        },
    }
    return json.dumps(message).encode()


def signed(body: bytes, *keys: str) -> dict[str, str]:
    """Connect's headers: one signature for each key."""
    return {
        f"X-DocuSign-Signature-{number}": b64encode(hmac.digest(key.encode(), body, "sha256")).decode()
        for number, key in enumerate(keys, start=1)
    }


def _now() -> str:
    # With seven decimals, as DocuSign writes moments.
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _handler(server: DocuSignServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path.startswith("/_people/"):
                # For a platform in another process: a person acts, as in a browser.
                _, _, action, envelope_id = self.path.split("/")
                act = {"complete": server.complete, "decline": lambda one: server.decline(one, "Too dear")}
                status, answer = 200, {"webhook": act[action](envelope_id)}
            elif self.path == "/_envelopes":
                status, answer = 200, {one.id: one.history for one in server.envelopes.values()}
            else:
                try:
                    status, answer = server.answer(self.command, self.path, self.headers, body)
                except Refused as refused:
                    status, answer = refused.status, refused.body
            if server.drop_answers and self.command == "POST" and status == 201:
                server.drop_answers -= 1
                self.close_connection = True
                return
            content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/pdf" if isinstance(answer, bytes) else "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = serve

        def log_message(self, *ignored: Any) -> None:
            pass

    return Handler


if __name__ == "__main__":
    port, key, public = sys.argv[1:]
    DocuSignServer(Path(public).read_text(), (key,), int(port))
    threading.Event().wait()
