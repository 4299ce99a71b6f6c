"""Twilio's Messages API, by Twilio's own library.

Only functions with the layer `twilio` import this module. Source: Twilio, "Messages resource", "Content API" and "Error
and warning dictionary".
"""

import json
from datetime import datetime, timedelta
from typing import Any

from requests import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from shared.phones.messages import Text

SECONDS = 5
"""How long one answer may take."""

NOT_CONFIGURED = "NOT_CONFIGURED"
"""No error of Twilio's: the operator has not said with what to send this."""

_ADDRESS = "https://api.twilio.com"
_LOOKED_AT = 50
_CLOCKS = timedelta(seconds=30)
"""How far Twilio's clock may be from ours."""
_NOT_SENT = ("canceled", "failed", "undelivered")


class Refused(Exception):
    """Twilio does not take this message, and never will; `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Unsure(Exception):
    """Twilio did not answer, or has no time for it now: it may have taken the message, or not."""


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """Twilio at another address: a server of its protocol."""

    def __init__(self, address: str) -> None:
        super().__init__(timeout=SECONDS)
        self._there = address

    def request(self, method: str, url: str, *given: Any, **named: Any) -> Response:
        return super().request(method, url.replace(_ADDRESS, self._there, 1), *given, **named)


class Provider:
    """Our account, as the operator's secret describes it (docs/runbooks/phones.md)."""

    def __init__(self, account: dict[str, Any]) -> None:
        self._account = account

    def send(self, text: Text, callback: str | None) -> str:
        """Send a message; its SID. What becomes of it is posted to `callback`. Raises Refused, Unsure."""
        asked: dict[str, Any] = {"to": text.to, "body": text.body, **self._sender("sms")}
        if text.channel == "whatsapp":
            sid = self._account.get("content_sids", {}).get(text.template)
            if not sid:
                raise Refused(NOT_CONFIGURED)
            variables = {str(number): value for number, value in enumerate(text.values, 1)}
            asked = {"to": f"whatsapp:{text.to}", "content_sid": sid, "content_variables": json.dumps(variables)}
            asked |= self._sender("whatsapp")
        if callback:
            asked["status_callback"] = callback
        return str(self._asked(lambda client: client.messages.create(**asked).sid))

    def found(self, text: Text, since: datetime) -> str | None:
        """The SID of that message, if Twilio has taken it since then. Raises Refused, Unsure."""
        to = f"whatsapp:{text.to}" if text.channel == "whatsapp" else text.to
        marks = text.values if text.channel == "whatsapp" else [text.body]
        for message in self._asked(lambda client: client.messages.list(to=to, limit=_LOOKED_AT)):
            is_late = message.date_created and message.date_created >= since - _CLOCKS
            if is_late and message.status not in _NOT_SENT and all(mark in (message.body or "") for mark in marks):
                return str(message.sid)
        return None

    def _sender(self, channel: str) -> dict[str, str]:
        service, sender = self._account.get("messaging_service_sid"), self._account.get(f"{channel}_from")
        if channel == "sms" and service:
            return {"messaging_service_sid": service}
        if not sender:
            raise Refused(NOT_CONFIGURED)
        return {"from_": f"whatsapp:{sender}" if channel == "whatsapp" else sender}

    def _asked(self, ask: Any) -> Any:
        account_sid, token = self._account.get("account_sid"), self._account.get("auth_token")
        if not (account_sid and token):
            raise Refused(NOT_CONFIGURED)
        elsewhere = _Elsewhere(self._account.get("api_url") or _ADDRESS)
        try:
            return ask(Client(account_sid, token, http_client=elsewhere))
        except RequestException as error:
            raise Unsure(type(error).__name__) from None
        except TwilioException as error:
            status, code = getattr(error, "status", 0), getattr(error, "code", None)
            # A wrong token is the operator's to mend: the message waits for it among the dead letters.
            if status in (401, 403, 429) or not 400 <= status < 500:
                raise Unsure(f"{status} {code}") from None
            raise Refused(str(code or status)) from None
