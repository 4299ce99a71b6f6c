"""What phones show: in a text message as it is, by WhatsApp as the values of a template that Meta has approved."""

import re
from dataclasses import dataclass

from shared.notifications import languages
from shared.notifications.models import Tiding
from shared.users.models import Language

REMINDER = """Hello {{client_name}},

Your payment of ${{amount}} for {{space_name}} is due on {{due_date}}.

Payment Details:
- Amount: ${{amount}}
- Due Date: {{due_date}}
- Invoice: {{invoice_url}}

Thank you!"""
"""S0 §10.4, word for word; in dollars."""

NEWS = """News for you: {{title}}. {{text}}.

Details: {{url}}

Reply STOP to end these messages."""
"""Meta takes no template that begins or ends with a value."""

CODE = "Your code is {{code}}. It is good for ten minutes. If you did not ask for it, ignore this message."

TEXTS = (REMINDER, NEWS, CODE)
"""In English; the other languages' stand with the phrases of our e-mails."""

_LONGEST = 500
"""Characters of one value; of a whole message Twilio takes 1,600."""

_VALUE = re.compile(r"\$?\{\{(\w+)\}\}")
_BREAKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Worded:
    """A message in words, and as a template with its values in the order in which they first stand in it."""

    body: str
    template: str
    """Its name among the content SIDs of the operator's secret."""
    values: list[str]


def worded(tiding: Tiding, url: str) -> Worded:
    """What somebody reads of it."""
    language: Language = tiding.person["language"]
    if tiding.reminder is None:
        values = {"title": tiding.title, "text": tiding.text, "url": url}
        return _worded(NEWS, f"news.{language}", values, language)
    told = tiding.reminder
    values = {
        "client_name": told.client_name,
        "amount": told.amount,
        "space_name": told.space_name,
        "due_date": told.due_date,
        "invoice_url": url,
    }
    made = _worded(REMINDER, f"payment_reminder.{language}", values, language)
    if language != "en" or not told.amount.startswith("$"):
        return made
    # The template that has the dollar sign itself.
    plain = [told.amount[1:] if value == told.amount else value for value in made.values]
    return Worded(made.body, "payment_reminder", plain)


def code_text(code: str, language: Language) -> str:
    """The message that carries a code."""
    return _worded(CODE, "", {"code": code}, language).body


def numbered(text: str) -> str:
    """A template as Twilio takes it: its values are numbers."""
    names = _names(text)
    return re.sub(r"\{\{(\w+)\}\}", lambda found: f"{{{{{names.index(found[1]) + 1}}}}}", text)


def _worded(text: str, template: str, values: dict[str, str], language: Language) -> Worded:
    # Meta refuses values with line breaks, and in a text message they could pass for lines of ours.
    values = {name: _BREAKS.sub(" ", value).strip()[:_LONGEST] for name, value in values.items()}
    told = languages.phrase(text, language)
    body = _VALUE.sub(lambda found: values[found[1]], told)
    return Worded(body, template, [values[name] for name in _names(told)])


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(found[1] for found in _VALUE.finditer(text)))
