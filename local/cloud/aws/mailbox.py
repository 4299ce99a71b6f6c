"""What was sent through SES, as `GET /_local/mailbox` shows it."""

import base64
import email
import email.policy
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.cloud.aws.demands import AwsRequest

Mail = dict[str, Any]


class Mailbox:
    """Every e-mail of this run, newest first; compressed, because thousands arrive and few are read."""

    def __init__(self) -> None:
        self._mails: list[tuple[str, bytes]] = []

    def keep(self, request: AwsRequest) -> None:
        """Record a SendEmail that SES accepted; other requests are ignored."""
        if not request.path.endswith("/outbound-emails"):
            return
        sent_at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        content = request.parameters["Content"]
        parts = _raw(content["Raw"]["Data"]) if "Raw" in content else _simple(content["Simple"])
        destination = request.parameters.get("Destination", {})
        kinds = ("ToAddresses", "CcAddresses", "BccAddresses")
        given = [address for kind in kinds for address in destination.get(kind, [])]
        header = parts.pop("to")
        for address in given or header:
            mail = {"to": address, **parts, "sent_at": sent_at}
            self._mails.append((address.lower(), zlib.compress(json.dumps(mail).encode())))

    def to(self, address: str | None) -> list[Mail]:
        """The mails to that address (in any case), or all of them."""
        wanted = address.lower() if address is not None else None
        return [json.loads(zlib.decompress(mail)) for to, mail in reversed(self._mails) if wanted in (None, to)]


def _simple(content: Mapping[str, Any]) -> Mail:
    body = content["Body"]
    return {
        "to": [],
        "subject": content["Subject"]["Data"],
        "text": body.get("Text", {}).get("Data"),
        "html": body.get("Html", {}).get("Data"),
    }


def _raw(data: str) -> Mail:
    message = email.message_from_bytes(base64.b64decode(data), policy=email.policy.default)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return {
        "to": [address.strip() for address in str(message["To"] or "").split(",") if address.strip()],
        "subject": str(message["Subject"]),
        "text": text.get_content() if text else None,
        "html": html.get_content() if html else None,
    }
