"""Twilio on this machine: the real one cannot be reached from tests.

Its Messages API, its signed callbacks and its opt-out, as Twilio documents them ("Messages resource", "Content API",
"Webhooks security", "Support for opt-out keywords"). And bad days: `fails` is what happens to the next calls.
"""

import hmac
import json
import re
import threading
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen

from tests.serving import serve

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "the account's token"
SMS_FROM, WHATSAPP_FROM = "+12025550100", "+12025550101"
LOST = 0
"""In `fails`: the call is worked on, and its answer never arrives."""

STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


class Refusal(Exception):
    """An error of Twilio's: status, code and text."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status, self.code, self.message = status, code, message


@dataclass
class Message:
    """A message that Twilio has taken."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str | None
    content_sid: str | None
    status: str = "queued"
    error_code: int | None = None
    created_at: float = field(default_factory=time.time)

    def shown(self) -> dict[str, Any]:
        return {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": formatdate(self.created_at, usegmt=True).replace("GMT", "+0000"),
            "date_sent": None,
            "date_updated": formatdate(self.created_at, usegmt=True).replace("GMT", "+0000"),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": _MESSAGES.replace(".json", f"/{self.sid}/Media.json")},
            "to": self.to,
            "uri": _MESSAGES.replace(".json", f"/{self.sid}.json"),
        }


class TwilioServer:
    """One account; `contents` are its approved templates by SID, `messages` what it has taken."""

    def __init__(self, contents: dict[str, str], port: int = 0) -> None:
        self.contents = contents
        self.messages: list[Message] = []
        self.calls: list[str] = []
        self.fails: list[int] = []
        self.slow = 0.0
        self.stopped: set[tuple[str, str]] = set()
        self._numbers = count(1)
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server._serve(self)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        serve(self._server)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def account(self, content_sids: dict[str, str]) -> dict[str, Any]:
        """What an operator keeps of it in the secret `twilio`."""
        return {
            "api_url": self.url,
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "sms_from": SMS_FROM,
            "whatsapp_from": WHATSAPP_FROM,
            "content_sids": content_sids,
        }

    def sent_to(self, number: str) -> list[tuple[str, str]]:
        """The channel and the text of everything that was sent to the number, in order."""
        return [
            ("whatsapp" if message.to.startswith("whatsapp:") else "sms", message.body)
            for message in self.messages
            if message.to.removeprefix("whatsapp:") == number
        ]

    def status(self, message: Message, status: str, error_code: int | None = None) -> tuple[str, dict[str, str]]:
        """Where a status callback is posted to, and its form."""
        message.status, message.error_code = status, error_code
        form = {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "From": message.sender,
            "MessageSid": message.sid,
            "MessageStatus": status,
            "SmsSid": message.sid,
            "SmsStatus": status,
            "To": message.to,
        } | ({"ErrorCode": str(error_code)} if error_code else {})
        assert message.callback is not None
        return message.callback, form

    def said(self, number: str, text: str, whatsapp: bool = False) -> dict[str, str]:
        """The form that passes on what somebody wrote to us."""
        to, place = (WHATSAPP_FROM, "whatsapp:") if whatsapp else (SMS_FROM, "")
        word = text.strip().upper()
        if word in STOP_WORDS:
            self.stopped.add((place, number))
        if word in START_WORDS:
            self.stopped.discard((place, number))
        sid = self._sid()
        return {
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "Body": text,
            "From": f"{place}{number}",
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            "To": f"{place}{to}",
        }

    def _sid(self) -> str:
        return f"SM{next(self._numbers):032x}"

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("content-length") or 0)).decode()
        self.calls.append(request.command)
        if self.slow:
            time.sleep(self.slow)
        fail = self.fails.pop(0) if self.fails else None
        if fail:
            reason = {"code": 20429 if fail == 429 else 20500, "message": "Not now", "more_info": "", "status": fail}
            return _answer(request, fail, reason)
        try:
            with self._lock:
                status, answer = self._answered(request, body)
        except Refusal as no:
            status = no.status
            answer = {"code": no.code, "message": no.message, "more_info": "", "status": no.status}
        if fail == LOST:
            request.close_connection = True
            request.connection.close()
            return None
        return _answer(request, status, answer)

    def _answered(self, request: BaseHTTPRequestHandler, body: str) -> tuple[int, Any]:
        given = request.headers.get("authorization", "").removeprefix("Basic ")
        if b64decode(given).decode() != f"{ACCOUNT}:{TOKEN}":
            raise Refusal(401, 20003, "Authenticate")
        parts = urlsplit(request.path)
        if parts.path != _MESSAGES:
            raise Refusal(404, 20404, f"The requested resource {parts.path} was not found")
        if request.command == "POST":
            return 201, self._take(dict(parse_qsl(body, keep_blank_values=True))).shown()
        return 200, self._listed(parse_qs(parts.query))

    def _listed(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        to, size = asked.get("To", [None])[0], int(asked.get("PageSize", ["50"])[0])
        found = [message.shown() for message in reversed(self.messages) if to in (None, message.to)][:size]
        return {
            "end": len(found) - 1,
            "first_page_uri": f"{_MESSAGES}?PageSize={size}&Page=0",
            "messages": found,
            "next_page_uri": None,
            "page": 0,
            "page_size": size,
            "previous_page_uri": None,
            "start": 0,
            "uri": f"{_MESSAGES}?PageSize={size}&Page=0",
        }

    def _take(self, form: dict[str, str]) -> Message:
        to, sender = form.get("To", ""), form.get("From", "")
        place = "whatsapp:" if to.startswith("whatsapp:") else ""
        number = to.removeprefix("whatsapp:")
        if not _E164.fullmatch(number):
            raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {number}")
        if not sender:
            raise Refusal(400, 21603, "A 'From' phone number is required.")
        if sender != (f"whatsapp:{WHATSAPP_FROM}" if place else SMS_FROM):
            raise Refusal(400, 63007 if place else 21606, "Twilio could not find a Channel with that From address")
        if (place, number) in self.stopped:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        text, content_sid = form.get("Body", ""), form.get("ContentSid")
        if content_sid:
            text = self._filled(content_sid, form.get("ContentVariables", "{}"))
        elif place:
            raise Refusal(400, 63016, "Outside the allowed window: use a Template")
        if not text:
            raise Refusal(400, 21602, "Message body is required.")
        if len(text) > 1600:
            raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        message = Message(self._sid(), to, sender, text, form.get("StatusCallback"), content_sid)
        self.messages.append(message)
        return message

    def _filled(self, content_sid: str, variables: str) -> str:
        if content_sid not in self.contents:
            raise Refusal(400, 21655, "The ContentSid is invalid.")
        try:
            values = json.loads(variables)
        except ValueError:
            raise Refusal(400, 21656, "The ContentVariables parameter is invalid.") from None
        text = self.contents[content_sid]
        wanted = set(re.findall(r"\{\{(\w+)\}\}", text))
        # Meta refuses values that are missing, or break the line.
        if wanted - values.keys() or any("\n" in value or not value for value in values.values()):
            raise Refusal(400, 21656, "The ContentVariables parameter is invalid.")
        return re.sub(r"\{\{(\w+)\}\}", lambda found: str(values[found[1]]), text)


def signed(address: str, form: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    """The headers of a callback: the address and the form's fields, in order, signed with the token."""
    text = address + "".join(f"{name}{form[name]}" for name in sorted(form))
    signature = b64encode(hmac.digest(token.encode(), text.encode(), "sha1")).decode()
    return {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}


def post(address: str, form: dict[str, str]) -> int:
    """Post a callback, as Twilio does; the status of the answer."""
    with urlopen(Request(address, urlencode(form).encode(), signed(address, form), method="POST")) as answer:  # noqa: S310
        return int(answer.status)


def _answer(request: BaseHTTPRequestHandler, status: int, body: Any) -> None:
    text = json.dumps(body).encode()
    request.send_response(status)
    request.send_header("content-type", "application/json")
    request.send_header("content-length", str(len(text)))
    request.end_headers()
    request.wfile.write(text)
