"""What we write to people by e-mail: each mail once as plain text and once as HTML.

A mail goes to the queue `mail` as JSON and on to SES from there; its text is final when it is queued.
"""

from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from shared.kit import wire
from shared.kit.aws import call
from shared.kit.settings import resource, setting


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person."""

    to: str
    subject: str
    text: str
    html: str


def queue(mail: Mail, correlation_id: str) -> None:
    """Hand a mail to the queue. Needs `uses=("mail.send",)`. Raises AwsError, Unavailable."""
    body = {**asdict(mail), "correlation_id": correlation_id}
    message = {"QueueUrl": resource("mail"), "MessageBody": wire.render(body)}
    call("sqs", "AmazonSQS.SendMessage", message)


def verification(person: dict[str, Any], token: str) -> Mail:
    """The mail that proves an address: whoever reads it can give the token back."""
    # The web application is the first of the origins that may call us.
    link = f"{setting('CORS_ORIGINS').partition(',')[0]}/verify-email?token={token}"
    return _mail(
        person,
        "Confirm your e-mail address",
        "welcome. Please confirm that this is your e-mail address by opening this link within 24 hours:",
        link,
        "If you did not register, please ignore this mail.",
    )


def session_ended(person: dict[str, Any]) -> Mail:
    """A warning: somebody used a copy of a session's refresh token."""
    return _mail(
        person,
        "We ended one of your sessions",
        "a sign-in of yours was used from two places, as if it had been copied. To be safe we have ended it.",
        None,
        "Please log in again. If you do not recognise this, change your password.",
    )


def _mail(person: dict[str, Any], subject: str, opening: str, link: str | None, closing: str) -> Mail:
    lines = [f"Hello {person['name']},", opening, *([link] if link else []), closing]
    shown = "".join(f"<p>{_anchor(line) if line == link else escape(line)}</p>" for line in lines)
    return Mail(
        to=person["email"],
        subject=subject,
        text="\n\n".join(lines) + "\n",
        html=f'<!doctype html><html lang="en"><body>{shown}</body></html>',
    )


def _anchor(link: str) -> str:
    return f'<a href="{escape(link)}">{escape(link)}</a>'
