"""How connections are shown, and how patient they are."""

import hashlib
from typing import Any, get_args
from uuid import UUID

from shared.integrations.models import DocumentCounts, Integration, MappedAccount, Provider
from shared.integrations.providers import PROVIDERS
from shared.journal import rules as journal
from shared.journal.models import AccountRole
from shared.kit.errors import Conflict, Detail, Invalid

ATTEMPT_SECONDS = 600
"""How long somebody may take at the provider."""
BATCH = 20
"""Documents that go in one message: a minute's work within the providers' limits (Zoho: 100 requests a minute)."""
LOST_SECONDS = 1800
"""A batch that is not heard of for so long is not under way: no message is tried that long."""
PAUSES = (60, 300, 900, 3600)
"""Seconds for which nothing is sent after the provider did not answer, the first time, the second and so on."""
RETRIES = (3600, 21600, 86400)
"""Seconds after which a refused document is tried again; after the last time a person has to ask for it."""

COOKIE = "integration_attempt"
COOKIE_SCOPE = "Path=/api/v1/integrations; HttpOnly; Secure; SameSite=Lax"

UNUSED: frozenset[AccountRole] = frozenset({"TENANT_CREDIT", "OPENING_BALANCE"})
"""Accounts that no document of ours names there."""


class NotConnected(Conflict):
    message = "No company is connected at this provider."
    remedy = "Connect one with `POST /integrations/{provider}/connect`."


class InvalidIntegrationState(Invalid):
    code = "INVALID_INTEGRATION_STATE"
    message = "This browser did not start this connection, has finished it already, or started it too long ago."
    remedy = "Start connecting again, and finish it in the same browser."

    def __init__(self) -> None:
        super().__init__(Detail("state", "does not belong to a connection that this browser started"))


def hashed(text: str) -> str:
    """How a state and a cookie are stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def connected(integration: dict[str, Any] | None) -> dict[str, Any]:
    """The connection. Raises NotConnected where there is none."""
    if integration is None:
        raise NotConnected()
    return integration


def going(integration: dict[str, Any] | None) -> dict[str, Any]:
    """The connection, over which documents go. Raises NotConnected where there is none, or it has ended."""
    if integration is None or integration["status"] != "CONNECTED":
        raise NotConnected()
    return integration


def unknown_accounts(accounts: dict[str, str], unknown: set[str]) -> list[Detail]:
    """What is wrong with the accounts that the provider does not have."""
    return [Detail(f"accounts.{role}", _MISSING) for role, one in accounts.items() if one in unknown]


def unknown_customers(customers: list[Any], unknown: set[str], strangers: set[UUID]) -> list[Detail]:
    """What is wrong with customers that the provider does not have, and tenants who are none."""
    found = []
    for at, one in enumerate(customers):
        if one.tenant_id in strangers:
            found.append(Detail(f"customers.{at}.tenant_id", "is none of your tenants"))
        if one.customer_id in unknown:
            found.append(Detail(f"customers.{at}.customer_id", _MISSING))
    return found


_MISSING = "is not known to the provider; if it was added lately, call `sync` first"


def shown(
    organization_id: UUID,
    rows: list[dict[str, Any]],
    attempts: list[dict[str, Any]],
    names: list[dict[str, Any]],
    chart: dict[str, dict[str, str]],
) -> list[Integration]:
    """Every provider, connected or not. `names` are the accounts there, `chart` what ours are called."""
    by_provider = {row["provider"]: row for row in rows}
    latest = {row["provider"]: row for row in attempts}
    return [
        _shown(organization_id, name, by_provider.get(name), latest.get(name), names, chart)
        for name in get_args(Provider)
    ]


def _shown(
    organization_id: UUID,
    name: str,
    row: dict[str, Any] | None,
    attempt: dict[str, Any] | None,
    names: list[dict[str, Any]],
    chart: dict[str, dict[str, str]],
) -> Integration:
    if row is None:
        return Integration.of(_NOTHING | {"organization_id": organization_id, "provider": name} | _of_attempt(attempt))
    there = {one["external_id"]: one["name"] for one in names if one["integration_id"] == row["id"]}
    counts = {key: row.get(key, 0) for key in ("waiting", "sent", "refused")}
    return Integration.of(
        {key: row[key] for key in _KEPT}
        | {"accounts": mapped(row["accounts"], there, chart), "documents": DocumentCounts.of(counts)}
        | (_of_attempt(attempt, row) if row["status"] == "DISCONNECTED" else {})
    )


def _of_attempt(attempt: dict[str, Any] | None, row: dict[str, Any] | None = None) -> dict[str, Any]:
    if attempt is None or (row and attempt["created_at"] < row["connected_at"]):
        return {}
    if attempt["is_under_way"]:
        return {"status": "CONNECTING"}
    return {"reason": attempt["reason"]} if attempt["reason"] else {}


_KEPT = (
    *("id", "organization_id", "provider", "status", "reason", "company_id", "company_name", "company_currency"),
    *("connected_at", "starts_on", "read_at", "paused_until"),
)

_NOTHING: dict[str, Any] = dict.fromkeys(_KEPT) | {
    "status": "NOT_CONNECTED",
    "accounts": [],
    "documents": DocumentCounts.of({"waiting": 0, "sent": 0, "refused": 0}),
}


def mapped(accounts: dict[str, str], there: dict[str, str], chart: dict[str, dict[str, str]]) -> list[MappedAccount]:
    """Each of our accounts, and what it is there; `there` are the names of their accounts by id."""
    by_name = {name.casefold(): one for one, name in there.items()}
    found = []
    for role in journal.ROLES:
        chosen = accounts.get(role)
        named = chart[role]["name"] if role in chart else role.replace("_", " ").capitalize()
        proposed = None if chosen else next((by_name[name] for name in _names(role, named) if name in by_name), None)
        found.append(
            MappedAccount.of(
                {
                    "role": role,
                    "account_id": chosen,
                    "account_name": there.get(chosen) if chosen else None,
                    "proposed_id": proposed,
                    "proposed_name": there.get(proposed) if proposed else None,
                    "is_needed": role not in UNUSED,
                }
            )
        )
    return found


def _names(role: AccountRole, named: str) -> tuple[str, ...]:
    return tuple(name.casefold() for name in (named, *_USUAL.get(role, ())))


_USUAL: dict[AccountRole, tuple[str, ...]] = {
    "BANK": ("Checking", "Bank account", "Petty cash"),
    "RECEIVABLE": ("Accounts Receivable (A/R)", "Accounts Receivable", "Debtors"),
    "DEPOSITS_HELD": ("Security deposits", "Security deposits held", "Customer deposits"),
    "DEPOSITS_ASKED": ("Security deposits", "Customer deposits"),
    "RENT": ("Rental income", "Rent income", "Sales"),
    "LATE_INCOME": ("Late fee income", "Late fees", "Other income"),
    "TAX": ("Sales tax payable", "Tax payable"),
    "BAD_DEBT": ("Bad debts", "Bad debt", "Bad debt expense"),
}
"""What the providers, and bookkeepers, usually call them."""


def told(row: dict[str, Any]) -> Integration:
    """The connection as an event says it."""
    return Integration.of(
        {key: row[key] for key in _KEPT}
        | {"accounts": mapped(row["accounts"], {}, {}), "documents": _NOTHING["documents"]}
    )


def title(row: dict[str, Any]) -> str:
    return PROVIDERS[row["provider"]].title
