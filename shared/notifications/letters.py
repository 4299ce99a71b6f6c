"""The text of our e-mails: one template each under templates/, rendered once as plain text and once as HTML.

Only functions/notifications/compose_mail.py imports this module: with it comes Jinja2.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.kit.consumer import Event
from shared.kit.db import Row
from shared.kit.settings import setting
from shared.maths.currencies import exponent_of
from shared.notifications.mail import Mail
from shared.notifications.rules import ROLES
from shared.users.rules import CHANNELS

NOTICES = {
    "bid.placed": ("OWNER",),
    "bid.revised": ("OWNER",),
    "bid.countered": ("OWNER", "CLIENT"),
    "bid.approved": ("OWNER", "CLIENT"),
    "bid.rejected": ("OWNER", "CLIENT"),
    "bid.withdrawn": ("OWNER", "CLIENT"),
    "contract.signature_requested": ("OWNER", "CLIENT"),
    "contract.signed": ("OWNER",),
    "contract.authorization_requested": ("OWNER",),
    "contract.fully_signed": ("OWNER", "CLIENT"),
    "contract.voided": ("OWNER", "CLIENT"),
    "contract.termination_set": ("OWNER", "CLIENT"),
    "payment.credited": ("CLIENT",),
    "payment.invoiced": ("OWNER", "CLIENT"),
    "payment.due_soon": ("CLIENT",),
    "payment.overdue": ("OWNER", "CLIENT"),
    "payment.recorded": ("OWNER", "CLIENT"),
    "payment.reversed": ("OWNER", "CLIENT"),
}
"""Event → the sides of a deal that get a mail of it; its template has the event's name."""

_KEPT = "contract.fully_signed"
"""The one mail that who caused it gets too: people keep the mail that says that their lease is executed."""

_PAGES = {"bid": "bids", "contract": "contracts", "payment": "payments"}


def readers(event: Event, people: list[Row]) -> list[Row]:
    """Those of both sides' people whom the event concerns, to whom it is news, and who want to be mailed."""
    if event.name == "contract.signed" and event.data["signature_status"] != "SIGNED_BY_CLIENT":
        # What the owner's signature brings has an event of its own.
        return []
    noun = event.name.partition(".")[0]
    return [
        person
        for person in people
        if person["side"] in NOTICES[event.name]
        and person["role"] in ROLES[noun]
        and (person["id"] != event.actor or event.name == _KEPT)
        and (CHANNELS | person["preferences"])["email"]
    ]


def notice(event: Event, matter: Row, person: Row) -> Mail:
    """The mail that tells a person of a deal's next step; `matter` is what the deal is about."""
    noun = event.name.partition(".")[0]
    facts = {
        **_written(matter | event.data, matter["currency"]),
        "side": person["side"],
        "url": page(f"{_PAGES[noun]}/{event.object_id}"),
        "settings_url": page("profile"),
    }
    return _letter(event.name.replace(".", "_"), person, facts)


def security_notice(name: str, person: Row, url: str | None = None) -> Mail:
    """A mail about a person's account, which nobody can do without."""
    return _letter(name, person, {"url": url, "settings_url": None})


def identity_linked(person: Row, provider: str) -> Mail:
    """A mail about another provider that opens the account from now on."""
    name = {"google": "Google", "linkedin": "LinkedIn"}[provider]
    return _letter("identity_linked", person, {"provider": name, "settings_url": None})


def invitation(invited: Row, url: str) -> Mail:
    """The mail that asks somebody, who may never have heard of us, to join an organization."""
    role = invited["role"].replace("_", " ").lower()
    return _letter("invitation", invited, {**invited, "role": role, "url": url, "settings_url": None})


def page(path: str) -> str:
    """The address of a page of the web application, which is the first of the origins that may call us."""
    return f"{setting('CORS_ORIGINS').partition(',')[0]}/{path}"


def money(amount: Decimal, currency: str) -> str:
    """`$4,500.00`; other currencies by their code, as their signs are shared or not known everywhere."""
    written = f"{amount:,.{exponent_of(currency)}f}"
    return f"${written}" if currency == "USD" else f"{currency} {written}"


def _letter(template: str, person: Row, facts: dict[str, Any]) -> Mail:
    # In plain text a name with line breaks could pass for lines of ours.
    lines = {name: " ".join(fact.split()) if isinstance(fact, str) else fact for name, fact in facts.items()}
    told: dict[str, Any] = {
        "facts": [],
        "link": None,
        "reason": None,
        "closing": None,
        **lines,
        "name": " ".join((person["name"] or "").split()),
    }
    text = _environment("layout.txt").get_template(f"{template}.jinja").make_module(told)
    return Mail(
        to=person["email"],
        subject=" ".join(str(text.subject).split()),  # type: ignore[attr-defined]
        text=str(text).strip() + "\n",
        html=_environment("layout.html").get_template(f"{template}.jinja").render(told),
    )


@cache
def _environment(layout: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=layout.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["layout"] = layout
    return environment


def _written(row: Row, currency: str) -> dict[str, str | None]:
    """The row as people read it: money with its currency, days in words; None for what there is not."""
    written = {name: _fact(name, value, currency) for name, value in row.items()}
    if row.get("term_months"):
        written["term"] = "1 month" if row["term_months"] == 1 else f"{row['term_months']} months"
    else:
        written["term"] = None
    if "amount" in row:
        tax = Decimal(row["tax_amount"])
        total = Decimal(row["amount"]) + tax
        still_open = total - Decimal(row.get("credited_amount", 0)) - Decimal(row["paid_amount"])
        written["total"] = money(total, currency)
        written["tax"] = money(tax, currency) if tax else None
        written["open_amount"] = money(still_open, currency) if still_open > 0 else None
        written["what"] = _what(row)
    return written


def _fact(name: str, value: Any, currency: str) -> str | None:
    if value is None:
        return None
    if name.endswith("amount") or name == "base_rent":
        return money(Decimal(value), currency)
    if name.endswith(("_date", "_until", "_on")):
        day = date.fromisoformat(str(value))
        return f"{day.day} {day:%B} {day.year}"
    if name in ("invoice_number", "credit_note_number"):
        # As its PDF and the ledger show it.
        return f"{'INV' if name == 'invoice_number' else 'CN'}-{value:06d}"
    return str(value)


def _what(row: Row) -> str:
    charge = {"RENT": "Rent", "DEPOSIT": "Security deposit", "LATE_FEE": "Late fee", "INTEREST": "Interest"}
    number = f", installment {row['installment_number']} of {row['total_installments']}"
    if row["installment_number"]:
        return charge[row["charge"]] + number
    return charge[row["charge"]] + (", index adjustment" if row["charge"] == "RENT" else "")
