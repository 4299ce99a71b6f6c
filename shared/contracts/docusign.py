"""DocuSign's REST API, as far as a lease needs it: draft, send, withdraw an envelope, fetch what was signed.

Source: DocuSign eSignature REST API v2.1 (Envelopes: create, listStatusChanges, update, getDocument) and
"JWT Grant authentication". Standard library over HTTPS, with PyJWT for the grant.
"""

import http.client
import json
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_TIMEOUT = 20.0
_EVENTS = ("envelope-completed", "envelope-declined", "envelope-voided")

_tokens: dict[str, tuple[float, str]] = {}
"""Access tokens by integration key and user, each with when it stops being used."""


class DocuSignError(Exception):
    """DocuSign refused or did not answer; `status` is 0 if there was no response. The queue retries."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(f"{status} {code}")


class Account:
    """One account, reached with what an operator keeps in the secret `docusign`."""

    def __init__(self, credentials: Mapping[str, Any]) -> None:
        self._credentials = credentials
        self._envelopes = f"/restapi/v2.1/accounts/{credentials['account_id']}/envelopes"

    def drafted(self, contract_id: str) -> str | None:
        """The envelope that was made for the contract earlier, if DocuSign remembers one (for seven days)."""
        found = self._json("GET", f"{self._envelopes}?{urlencode({'transaction_ids': contract_id})}")
        for envelope in found.get("envelopeTransactionStatuses") or found.get("envelopes") or ():
            return str(envelope["envelopeId"])
        return None

    def draft(self, contract_id: str, document: bytes, signers: Sequence[Mapping[str, str]], webhook: str) -> str:
        """A new envelope that nobody sees yet: the lease, to be signed first by the client, then by the owner."""
        client, owner = signers
        envelope = {
            "status": "created",
            "transactionId": contract_id,
            "emailSubject": "Please sign your lease",
            "documents": [
                {
                    "documentId": "1",
                    "name": "Lease",
                    "fileExtension": "pdf",
                    "documentBase64": b64encode(document).decode(),
                }
            ],
            "recipients": {"signers": [_signer(client, 1, "For the Lessee"), _signer(owner, 2, "For the Lessor")]},
            "customFields": {"textCustomFields": [{"name": "contract_id", "value": contract_id, "show": "false"}]},
            "eventNotification": {
                "url": webhook,
                "requireAcknowledgment": "true",
                "includeHMAC": "true",
                "deliveryMode": "SIM",
                "events": list(_EVENTS),
                "eventData": {"version": "restv2.1", "format": "json", "includeData": ["recipients"]},
            },
        }
        return str(self._json("POST", self._envelopes, envelope)["envelopeId"])

    def send(self, envelope_id: str) -> None:
        """Send a draft to its signers; one that is under way, or withdrawn, is left alone."""
        if self._status(envelope_id) == "created":
            self._json("PUT", self._envelope(envelope_id), {"status": "sent"})

    def withdraw(self, envelope_id: str, reason: str) -> None:
        """Prevent further signatures: a draft is deleted, and a sent envelope is voided."""
        status = self._status(envelope_id)
        if status == "created":
            folder = self._envelopes.replace("/envelopes", "/folders/recyclebin")
            self._json("PUT", folder, {"envelopeIds": [envelope_id]})
        elif status in ("sent", "delivered"):
            self._json("PUT", self._envelope(envelope_id), {"status": "voided", "voidedReason": reason[:200]})

    def signed_document(self, envelope_id: str) -> bytes:
        """The lease as both have signed it, with DocuSign's certificate of completion."""
        return self._ask("GET", f"{self._envelope(envelope_id)}/documents/combined?certificate=true")

    def _status(self, envelope_id: str) -> str:
        return str(self._json("GET", self._envelope(envelope_id))["status"])

    def _envelope(self, envelope_id: str) -> str:
        return f"{self._envelopes}/{quote(envelope_id, safe='')}"

    def _json(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._ask(method, path, body) or b"{}")
        return answer

    def _ask(self, method: str, path: str, body: Any = None) -> bytes:
        url = str(self._credentials["api_url"])
        payload = None if body is None else json.dumps(body).encode()
        for fresh in (False, True):
            headers = {"authorization": f"Bearer {self._token(fresh)}", "content-type": "application/json"}
            status, answer = _request(url, method, path, headers, payload)
            # A token may be revoked before it expires: once more with a new one.
            if status != 401 or fresh:
                break
        if status >= 300:
            raise DocuSignError(status, _code(answer, "errorCode"))
        return answer

    def _token(self, fresh: bool) -> str:
        keys = self._credentials
        name = f"{keys['integration_key']} {keys['user_id']}"
        until, token = _tokens.get(name, (0.0, ""))
        if not fresh and time.monotonic() < until:
            return token
        now = int(time.time())
        claims = {
            "iss": keys["integration_key"],
            "sub": keys["user_id"],
            "aud": urlsplit(keys["auth_url"]).netloc,
            "iat": now,
            "exp": now + 3600,
            "scope": "signature impersonation",
        }
        form = {"grant_type": _GRANT, "assertion": jwt.encode(claims, keys["private_key"], algorithm="RS256")}
        headers = {"content-type": "application/x-www-form-urlencoded"}
        status, answer = _request(keys["auth_url"], "POST", "/oauth/token", headers, urlencode(form).encode())
        if status >= 300:
            raise DocuSignError(status, _code(answer, "error"))
        granted = json.loads(answer)
        _tokens[name] = time.monotonic() + int(granted["expires_in"]) - 60, granted["access_token"]
        return str(granted["access_token"])


def _signer(person: Mapping[str, str], order: int, place: str) -> dict[str, Any]:
    anchor = {
        "documentId": "1",
        "anchorString": place,
        "anchorUnits": "mms",
        "anchorYOffset": "22",
        "anchorIgnoreIfNotPresent": "false",
    }
    return {
        "recipientId": str(order),
        "routingOrder": str(order),
        "name": person["name"],
        "email": person["email"],
        "tabs": {"signHereTabs": [anchor]},
    }


def _request(url: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
    target = urlsplit(url)
    make = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = make(target.netloc, timeout=_TIMEOUT)
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as error:
        raise DocuSignError(0, type(error).__name__) from error
    finally:
        connection.close()


def _code(answer: bytes, field: str) -> str:
    try:
        return str(json.loads(answer)[field])[:100]
    except (ValueError, KeyError, TypeError):
        return "UNKNOWN"
