"""The text of our e-mails: one template each under templates/, rendered once as plain text and once as HTML, in the
language of whoever reads it.

A template is written in English; its phrases are looked up in news/languages/. Only
functions/notifications/compose_mail.py imports this module: with it comes Jinja2.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.exports.reasons import REASONS
from shared.kit.consumer import Event
from shared.kit.db import Row
from shared.kit.settings import setting
from shared.notifications import languages, table, tickets
from shared.notifications.mail import Mail
from shared.notifications.models import Tiding
from shared.notifications.news.payments import open_of, total_of
from shared.payments.names import named
from shared.users.models import Language
from shared.users.preferences import is_wanted

TEMPLATES = Path(__file__).parent / "templates"

CHARGES = {
    "RENT": "Rent",
    "DEPOSIT": "Security deposit",
    "LATE_FEE": "Late fee",
    "INTEREST": "Interest",
    "OPENING_BALANCE": "Opening balance",
    "RECLAIM": "Credit to be paid back",
}
ROLES = {
    "OWNER": "owner",
    "CLIENT": "client",
    "BROKER": "broker",
    "AGENT": "agent",
    "FINANCIAL_OFFICER": "financial officer",
    "CONTRACTOR": "contractor",
}
CONTENTS = {
    "PAYMENTS": "Payments",
    "INVOICES": "Invoices",
    "LEDGER": "Ledger",
    "JOURNAL": "Journal",
    "CONTRACTS": "Contracts",
    "SPACES": "Spaces",
    "BIDS": "Bids",
    "RENT_ROLL": "Rent roll",
    "TICKETS": "Maintenance tickets",
    "AUDIT": "Audit log",
    "ALL": "Everything",
}
"""What an export contains."""
ONE_MONTH, MONTHS = "1 month", "{months} months"
INSTALLMENT = "{charge}, installment {number} of {total}"
ADJUSTMENT = "{charge}, index adjustment"
PHRASES = (*CHARGES.values(), *ROLES.values(), *CONTENTS.values(), ONE_MONTH, MONTHS, INSTALLMENT, ADJUSTMENT, *REASONS)
"""The phrases that stand here and not in a template."""

MOST_SPACES = 20
"""Spaces that the mail of a saved search names."""

_BREAKS = re.compile(r"[^\S\u00a0\u202f]+")
_PROVIDERS = {"google": "Google", "linkedin": "LinkedIn"}


def readers(event: Event, people: list[Row]) -> list[Row]:
    """Those of both sides' people whom the event concerns, to whom it is news, and who want to be mailed."""
    _, entry = table.entry_of(event)
    roles = table.roles_of(event)
    return [
        person
        for person in people
        if person["side"] in entry.mails
        and person["role"] in roles
        and (person["id"] != event.actor or entry.mails_actor)
        and entry.kind is not None
        and is_wanted(person, entry.kind, "email")
    ]


@dataclass(frozen=True, slots=True)
class Written:
    """A mail, and in one sentence what it says: its line in a digest."""

    mail: Mail
    opening: str


def digest(person: Row, written: list[Written]) -> Mail:
    """The one mail that says what these would have said."""
    news = [(_one_line(one.mail.subject), one.opening) for one in written]
    facts = {"news": news, "url": page("notifications"), "settings_url": page("profile")}
    return _written_mail("digest", person, facts).mail


def notice(event: Event, matter: Row, person: Row) -> Written:
    """The mail that tells a person of a deal's next step; `matter` is what the deal is about."""
    facts = {
        **_written(matter | event.data, matter["currency"], person["language"]),
        "side": person["side"],
        "url": page(table.page_of(event)),
        "settings_url": page("profile"),
    }
    return _written_mail(event.name.replace(".", "_"), person, facts)


def ticket_notice(event: Event, about: Row, person: Row) -> Written:
    """The mail that tells a person of a maintenance ticket, in the words of the notification."""
    title, sentence = tickets.sentence_of(event, about, person["side"], person["language"])
    facts = {
        "title": title,
        "sentence": sentence,
        "url": page(table.page_of(event)),
        "settings_url": page("profile"),
    }
    _, entry = table.entry_of(event)
    return _written_mail(str(entry.template), person, facts)


def security_notice(
    template: str, person: Row, event: Event, url: str | None = None, facts_of: tuple[str, ...] = ()
) -> Written:
    """A mail about a person's account, or what they have asked for, with these facts of the event."""
    provider = _PROVIDERS.get(event.data.get("provider", ""))
    facts = {name: _told(name, event.data.get(name), person["language"]) for name in facts_of}
    return _written_mail(template, person, {"url": url, "provider": provider, "settings_url": None, **facts})


def _told(name: str, value: Any, language: Language) -> str | None:
    if isinstance(value, str) and value in REASONS:
        return languages.phrase(value, language)
    return _fact(name, value, "", language)


def invitation(invited: Row, url: str) -> Mail:
    """The mail that asks somebody, who may never have heard of us, to join an organization; in the language of whoever
    asks."""
    role = languages.phrase(ROLES[invited["role"]], invited["language"])
    template = "tenant_invitation" if invited["is_tenant"] else "invitation"
    return _written_mail(template, invited, {**invited, "role": role, "url": url, "settings_url": None}).mail


def found_spaces(search: Row, spaces: list[Row]) -> Mail:
    """The mail that names the spaces that a saved search has found: `space`, `building`, `rent` and `currency`."""
    language: Language = search["language"]
    found = [
        (_one_line(f"{row['space']}, {row['building']}"), languages.money(row["rent"], row["currency"], language))
        for row in spaces[:MOST_SPACES]
    ]
    facts = {
        "search": search["search"],
        "found": found,
        "more": len(spaces) > MOST_SPACES,
        "url": page(f"saved-searches/{search['id']}"),
        "settings_url": page("profile"),
    }
    return _written_mail("saved_search_matched", search, facts).mail


def instead(tiding: Tiding, url: str) -> Mail:
    """The mail that says what somebody could not be told on their phone."""
    facts = {"title": tiding.title, "told": tiding.text, "url": url, "settings_url": page("profile")}
    return _written_mail("instead", tiding.person, facts).mail


def page(path: str) -> str:
    """The address of a page of the web application, which is the first of the origins that may call us."""
    return f"{setting('CORS_ORIGINS').partition(',')[0]}/{path}"


def _written_mail(template: str, person: Row, facts: dict[str, Any]) -> Written:
    # In plain text a name with line breaks could pass for lines of ours.
    values: dict[str, Any] = {
        "facts": [],
        "link": None,
        "reason": None,
        "closing": None,
        **{name: _one_line(fact) if isinstance(fact, str) else fact for name, fact in facts.items()},
        "name": _one_line(person["name"] or ""),
    }
    language: Language = person["language"]
    text = environment("layout.txt", language).get_template(f"{template}.jinja").make_module(values)
    mail = Mail(
        to=person["email"],
        subject=_one_line(str(text.subject)),  # type: ignore[attr-defined]
        text=str(text).strip() + "\n",
        html=environment("layout.html", language).get_template(f"{template}.jinja").render(values),
    )
    return Written(mail, _one_line(str(text.opening)))  # type: ignore[attr-defined]


@cache
def environment(layout: str, language: Language) -> Environment:
    """What renders the templates."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=layout.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals |= {"layout": layout, "language": language}
    environment.filters["one_line"] = _one_line
    look_up = partial(languages.phrase, language=language)
    environment.install_gettext_callables(look_up, _never_plural, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _never_plural(one: str, many: str, count: int) -> str:
    raise TypeError("A template asks for a plural: write a phrase for each number, as plurals differ by language.")


def _one_line(text: str) -> str:
    # Non-breaking spaces inside an amount are kept, and so is the type Markup of safe HTML.
    return type(text)(" ".join(_BREAKS.split(text)).strip())


def _written(row: Row, currency: str, language: Language) -> dict[str, str | None]:
    """The row as people read it: money with its currency, days in words; None for what there is not."""
    money = partial(languages.money, currency=currency, language=language)
    written = {name: _fact(name, value, currency, language) for name, value in row.items()}
    written["term"] = _term(row.get("term_months"), language)
    if "charge" in row:
        tax = Decimal(row["tax_amount"])
        still_open = open_of(row)
        written["total"] = money(total_of(row))
        written["tax"] = money(tax) if tax else None
        written["open_amount"] = money(still_open) if still_open > 0 else None
        for name in ("credited_amount", "written_off_amount"):
            taken_off = Decimal(row.get(name) or 0)
            written[name] = money(taken_off) if taken_off else None
        written["balance"] = money(max(still_open, Decimal(0)))
        written["paid_ahead"] = "yes" if Decimal(row["paid_amount"]) else None
        written["what"] = _what(row, language)
    return written


def _fact(name: str, value: Any, currency: str, language: Language) -> str | None:
    if value is None:
        return None
    if name.endswith("amount") or name == "base_rent":
        return languages.money(Decimal(value), currency, language)
    if name.endswith(("_date", "_until", "_on")):
        return languages.day(date.fromisoformat(str(value)), language)
    if name == "kind" and value in CONTENTS:
        return languages.phrase(CONTENTS[value], language)
    if name in ("invoice_number", "credit_note_number"):
        # As its PDF and the ledger show it.
        return f"{'INV' if name == 'invoice_number' else 'CN'}-{value:06d}"
    return str(value)


def _term(months: int | None, language: Language) -> str | None:
    if not months:
        return None
    return languages.phrase(ONE_MONTH if months == 1 else MONTHS, language).format(months=months)


def _what(row: Row, language: Language) -> str:
    charge = CHARGES.get(row["charge"])
    charge = languages.phrase(charge, language) if charge else named(row["charge"])
    number, total = row["installment_number"], row["total_installments"]
    if number:
        return languages.phrase(INSTALLMENT, language).format(charge=charge, number=number, total=total)
    return languages.phrase(ADJUSTMENT, language).format(charge=charge) if row["charge"] == "RENT" else charge
