"""What the worker does at the providers; each task returns the events that report it.

It runs where the internet is, and writes to no database: functions/integrations/record_accounting.py records what it
says. A message may come twice. What it sends is then looked for first.
"""

from collections.abc import Iterator
from itertools import batched
from typing import Any

from shared.integrations import tokens
from shared.integrations.outcomes import Later, Refused, Revoked
from shared.integrations.outgoing import document_of
from shared.integrations.providers import app_of, center_of
from shared.integrations.quickbooks import QuickBooks
from shared.integrations.zoho import Zoho
from shared.kit.ids import new_id
from shared.kit.sealed import pack

Said = tuple[str, dict[str, Any]]
"""An event's name, and its data."""

_ROWS = 200
"""Rows of a list that one event holds."""


def connect(organization_id: str, provider: str, asked: dict[str, Any], again: bool) -> Iterator[Said]:
    """Exchange the code that a person brought, and see which company it is for."""
    try:
        yield "integration.let_in", _let_in(organization_id, provider, asked)
    except (Later, Refused, Revoked) as why:
        yield "integration.not_let_in", {"reason": str(why)}


def _let_in(organization_id: str, provider: str, asked: dict[str, Any]) -> dict[str, Any]:
    center = center_of(provider, asked["location"])
    if center is None:
        raise Refused("The provider names a data center that we do not know.")
    app = app_of(provider)
    given = tokens.exchanged(app, center, asked["code"], asked["verifier"])
    before = tokens.kept_tokens(organization_id, provider)
    now = tokens.tokens_of(given, asked["company_id"] or "", center)
    tokens.keep_tokens(organization_id, provider, now)
    try:
        company = _company(organization_id, provider, now, asked)
        if asked["connected_to"] not in (None, company["company_id"]):
            raise Refused(f"This is {company['company_name']}. Take the other company away first.")
    except (Later, Refused, Revoked):
        tokens.revoke(provider, now)
        if before:
            tokens.keep_tokens(organization_id, provider, before.tokens)
        else:
            tokens.forget_tokens(organization_id, provider)
        raise
    kept = tokens.tokens_of(given, company["company_id"], center)
    tokens.keep_tokens(organization_id, provider, kept)
    return company


def _company(organization_id: str, provider: str, now: tokens.Tokens, asked: dict[str, Any]) -> dict[str, Any]:
    books = _books(organization_id, provider, now, None)
    return books.company(asked["company_id"]) if isinstance(books, Zoho) else books.company()


def _books(organization_id: str, provider: str, now: tokens.Tokens, country: str | None) -> QuickBooks | Zoho:
    api = app_of(provider).api(now.center)
    if provider == "zoho":
        return Zoho(organization_id, now, api)
    return QuickBooks(organization_id, now, api, country)


def _connected(organization_id: str, provider: str, asked: dict[str, Any]) -> QuickBooks | Zoho:
    """The books of the connection's own company. Raises Revoked where the tokens are another one's."""
    now = tokens.fresh_tokens(organization_id, provider)
    if now.company_id != asked["company_id"]:
        raise Revoked("The connection was lost. Connect again.")
    return _books(organization_id, provider, now, asked["country"])


def read(organization_id: str, provider: str, asked: dict[str, Any], again: bool) -> Iterator[Said]:
    """The provider's accounts and customers, in pieces."""
    try:
        books = _connected(organization_id, provider, asked)
        for kind, found in (("ACCOUNT", books.accounts()), ("CUSTOMER", books.customers())):
            # Whole before it is told: half a list would take the other half away.
            pieces = [list(piece) for piece in batched(found, _ROWS, strict=False)] or [[]]
            read_id = new_id()
            for number, piece in enumerate(pieces, start=1):
                told = {"kind": kind, "read_id": read_id, "ends": number == len(pieces)}
                yield "integration.listed", told | {"sealed": pack(piece)}
    except Revoked as why:
        yield "integration.revoked", {"reason": str(why)}
    except (Later, Refused) as why:
        yield "integration.not_listed", {"reason": str(why)}


def send(organization_id: str, provider: str, asked: dict[str, Any], again: bool) -> Iterator[Said]:
    """Documents, one after the other. Where the provider stops answering, the rest waits."""
    told: dict[str, Any] = {"batch_id": asked["batch_id"], "outcomes": [], "customers": []}
    told |= {"later": None, "revoked": None}
    try:
        books = _connected(organization_id, provider, asked)
        for row in asked["documents"]:
            told["outcomes"].append(_outcome(books, row, asked["accounts"], told["customers"], again))
    except Later as why:
        told["later"] = {"reason": why.reason, "seconds": why.seconds}
    except Revoked as why:
        told["revoked"] = str(why)
    yield "integration.answered", told


def _outcome(
    books: QuickBooks | Zoho,
    row: dict[str, Any],
    accounts: dict[str, str],
    customers: list[dict[str, Any]],
    again: bool,
) -> dict[str, Any]:
    try:
        external_id = _sent(books, row, accounts, customers, again)
    except Refused as why:
        return {"id": row["id"], "status": "REFUSED", "external_id": None, "reason": str(why)}
    return {"id": row["id"], "status": "SENT", "external_id": external_id, "reason": None}


NOTHING = "-"
"""The provider's id of what is nothing there: an entry between accounts that are one there."""


def _sent(
    books: QuickBooks | Zoho,
    row: dict[str, Any],
    accounts: dict[str, str],
    customers: list[dict[str, Any]],
    again: bool,
) -> str:
    document = document_of(row, accounts)
    if document.kind == "JOURNAL" and not document.lines:
        return NOTHING
    customer_id = _customer(books, row, customers)
    # A first answer may have been lost, ours or the provider's.
    found = books.find(document, customer_id) if again or row["attempts"] else None
    external_id = found or books.send(document, customer_id)
    if document.takes_back:
        books.release(document.takes_back, row["entry_id"])
    return external_id


def _customer(books: QuickBooks | Zoho, row: dict[str, Any], customers: list[dict[str, Any]]) -> str:
    """The customer of a document, found or made if nobody has said."""
    tenant_id = row["tenant_id"]
    known = next((one["external_id"] for one in customers if one["tenant_id"] == tenant_id), None)
    if known:
        return str(known)
    if row["customer_id"] and not row["is_namesake"]:
        return str(row["customer_id"])
    found = row["customer_id"] or books.customer_of(row["tenant_name"], tenant_id)
    matched_by = "NAME" if row["customer_id"] else "CREATED"
    customers.append({"tenant_id": tenant_id, "external_id": found, "matched_by": matched_by})
    return str(found)


def revoke(organization_id: str, provider: str, asked: dict[str, Any], again: bool) -> Iterator[Said]:
    """End the grant at the provider, and forget its tokens."""
    found = tokens.kept_tokens(organization_id, provider)
    if found:
        tokens.revoke(provider, found.tokens)
        tokens.forget_tokens(organization_id, provider)
    yield from ()


TASKS = {"CONNECT": connect, "READ": read, "SEND": send, "REVOKE": revoke}
