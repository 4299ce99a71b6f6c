"""DocuSign's messages to us (Connect): whether they are genuine, and what they say.

Source: DocuSign Connect, "HMAC security" and "JSON SIM event model"; S0 §10.1 for the short form.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from shared.kit.errors import Detail, Invalid, Unauthenticated
from shared.kit.wire import parse

_HEADER = re.compile(r"x-docusign-signature-[0-9]+")
_REASON = 400

Outcome = Literal["COMPLETED", "DECLINED", "VOIDED"]

_OUTCOMES: dict[str, Outcome] = {
    "envelope-completed": "COMPLETED",
    "envelope-declined": "DECLINED",
    "envelope-voided": "VOIDED",
}


class ForgedMessage(Unauthenticated):
    code = "FORGED_MESSAGE"
    message = "The message is not signed with a known key."
    # docs/runbooks/docusign.md: how its keys are rotated.
    remedy = "Only DocuSign calls this operation, with a signature of its own."


@dataclass(frozen=True, slots=True)
class Message:
    """What became of an envelope; `evidence` is what we keep of it."""

    envelope_id: str
    outcome: Outcome
    happened_at: datetime | None
    reason: str
    evidence: dict[str, Any]


def check_genuine(headers: Mapping[str, str], body: bytes, keys: Iterable[Any]) -> None:
    """Raises ForgedMessage unless one of the signature headers is that of one of the keys over these bytes.

    While a key is rotated two are active, and DocuSign signs with each of its own: any pair will do.
    """
    given = [value.encode() for name, value in headers.items() if _HEADER.fullmatch(name)]
    usable = [key for key in keys if isinstance(key, str) and key]
    right = [b64encode(hmac.digest(key.encode(), body, "sha256")) for key in usable]
    # Every pair is compared, so that the time taken does not reveal which one was close.
    if not any([hmac.compare_digest(one, other) for one in given for other in right]):
        raise ForgedMessage()


def message_of(body: bytes) -> Message | None:
    """What the message says, in S0's form or in Connect's; None where it does not concern us.

    Fields beside those that are read are DocuSign's to add. Raises MalformedJson, Invalid.
    """
    sent = parse(body)
    event, data = sent.get("event"), sent.get("data")
    outcome = _OUTCOMES.get(event.replace("_", "-")) if isinstance(event, str) else None
    if outcome is None:
        return None
    data = data if isinstance(data, dict) else {}
    envelope_id = data.get("envelope_id", data.get("envelopeId"))
    if not isinstance(envelope_id, str) or not 0 < len(envelope_id) <= 100 or "\x00" in envelope_id:
        raise Invalid(Detail("data.envelope_id", "must be the envelope's ID"))
    summary = data.get("envelopeSummary")
    summary = summary if isinstance(summary, dict) else {}
    moment = data.get("signed_at") or summary.get("completedDateTime")
    evidence = {
        "envelope_id": envelope_id,
        "event": event,
        "signed_at": moment if isinstance(moment, str) else None,
        "message_sha256": sha256(body).hexdigest(),
    }
    return Message(envelope_id, outcome, _moment(moment), _reason(outcome, summary), evidence)


def _moment(given: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _reason(outcome: Outcome, summary: Mapping[str, Any]) -> str:
    recipients = summary.get("recipients")
    signers = recipients.get("signers") if isinstance(recipients, dict) else None
    declined = [signer.get("declinedReason") for signer in signers or () if isinstance(signer, dict)]
    words = [text for text in (*declined, summary.get("voidedReason")) if isinstance(text, str) and text.strip()]
    fact = "Declined in DocuSign" if outcome == "DECLINED" else "The envelope was voided in DocuSign"
    return f"{fact}: {words[0].strip()[:_REASON]}".replace("\x00", "") if words else f"{fact}."
