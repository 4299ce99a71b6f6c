"""The roles of the platform, in one table: how a user gets one, what it allows, and whom it may invite.

An operation takes its `access=` from here (`access=may(Right.BID)`). A row states everything that a role may do in
addition to what is public and what every user may do (their own account, notifications and organization), and which
side of a deal it is on; shared/organizations/sides.py says which rows belong to that side.
"""

from enum import StrEnum
from typing import NamedTuple

from shared.kit.catalog import Role


class Right(StrEnum):
    """What an operation requires of its caller."""

    KEEP_INVENTORY = "create, change and delete buildings, floors and spaces"
    READ_BIDS = "read bids and the versions of their terms"
    DECIDE_BIDS = "approve, reject and counter bids on the organization's spaces"
    TRY_TERMS = "calculate terms without offering them"
    ASSIGN_AGENTS = "assign agents to conversations about the organization's spaces, bids and contracts"
    BID = "place, revise and withdraw bids, and accept counter-offers"
    GIVE_MANDATES = "grant mandates to brokers, and revoke them"
    READ_MANDATES = "read mandates granted or received"
    READ_LEASES = "read contracts and their documents"
    DRAW_LEASES = "draft leases without a bid, and send them for signature"
    SIGN_LEASES = "sign or decline contracts for the organization's side"
    AUTHORIZE_LEASES = "authorize signed leases for the owner's organization"
    READ_MONEY = "read payments, schedules, ledgers, invoices and receipts"
    RECORD_PAYMENTS = "record and reverse payments"
    READ_REPORTS = (
        "read reports on the organization's buildings: rent rolls, occupancy, expirations, aging, stacking plans, "
        "maintenance"
    )
    KEEP_BOOKS = "keep the books: close months, name accounts, keep tax codes"
    EXPORT = "export data: payments, invoices and contracts; the owner's side also what its role reads"
    SCHEDULE_EXPORTS = "set which export is made every day, and where it goes"
    KEEP_WEBHOOKS = "keep the organization's webhooks"
    READ_CHANGES = "read the events of the last 30 days, as webhooks receive them"
    CONNECT_BOOKS = "connect accounting software, and say what maps to what there"
    KEEP_ORGANIZATION = "manage the organization: the details on its documents, its members and its invitations"
    IMPORT = "import buildings and running leases"
    READ_AUDIT = "read the audit log"
    READ_ACCOUNTS = "read every account and the notes on it"
    NOTE_ACCOUNTS = "write support notes"
    READ_MAINTENANCE = "read maintenance tickets"
    REPORT_MAINTENANCE = "report what needs maintenance"
    HANDLE_MAINTENANCE = "write on maintenance tickets, and move on those of one's side"
    MANAGE_MAINTENANCE = "assign maintenance tickets, ask contractors for quotes, plan inspections"
    ACCEPT_QUOTES = "accept contractors' quotes"
    DO_MAINTENANCE = "accept or decline maintenance tickets, and quote for them"
    ADD_MAINTENANCE_COSTS = "write down what maintenance cost"
    RATE_MAINTENANCE = "rate how a maintenance ticket was resolved"
    READ_CONTRACTORS = "find contractors"
    MODERATE = "read reported messages, and write in conversations for the platform"
    KEEP_ACCOUNTS = "change users' roles, suspend and restore their accounts"
    KEEP_FLAGS = "create, change and delete feature flags"
    ANNOUNCE = "announce something to every user of the platform"


class Source(StrEnum):
    """How a user gets a role."""

    REGISTRATION = "self-registration"
    INVITATION = "an invitation into an organization"
    SUPER_ADMIN = "a SUPER_ADMIN; the first one is made by an operator's command"


class Side(StrEnum):
    """Whose rows a role reaches."""

    OWNER = "rows that its organization owns"
    CLIENT = "rows whose client is its organization"
    BROKER = "rows whose client is its organization or a client that gave it a mandate"
    CONTRACTOR = "maintenance tickets that its organization is assigned or asked about"
    EITHER = "rows on which its organization is either side"
    EVERY = "all rows"


class Row(NamedTuple):
    got_by: Source
    side: Side
    may: frozenset[Right]
    invites: frozenset[Role] = frozenset()


R = Right

_CLIENTS = frozenset(
    {R.BID, R.TRY_TERMS, R.READ_BIDS, R.READ_LEASES, R.SIGN_LEASES, R.READ_MONEY, R.EXPORT, R.KEEP_ORGANIZATION}
    | {R.KEEP_WEBHOOKS, R.READ_CHANGES}
)
_MAINTAINING = frozenset({R.READ_MAINTENANCE, R.HANDLE_MAINTENANCE})
_MANAGING = _MAINTAINING | {
    R.REPORT_MAINTENANCE,
    R.MANAGE_MAINTENANCE,
    R.ADD_MAINTENANCE_COSTS,
    R.READ_CONTRACTORS,
}
_READING = frozenset(right for right in Right if right.name.startswith("READ_"))

ROLES: dict[Role, Row] = {
    # The lessor: everything of its organization.
    Role.OWNER: Row(
        Source.REGISTRATION,
        Side.OWNER,
        frozenset(
            {R.KEEP_INVENTORY, R.READ_BIDS, R.DECIDE_BIDS, R.TRY_TERMS, R.READ_LEASES, R.ASSIGN_AGENTS}
            | {R.DRAW_LEASES, R.SIGN_LEASES, R.AUTHORIZE_LEASES}
            | {R.READ_MONEY, R.RECORD_PAYMENTS, R.READ_REPORTS, R.KEEP_BOOKS, R.KEEP_ORGANIZATION, R.READ_AUDIT}
            | {R.IMPORT}
            | {R.EXPORT, R.SCHEDULE_EXPORTS, R.CONNECT_BOOKS}
            | {R.KEEP_WEBHOOKS, R.READ_CHANGES}
        )
        | _MANAGING
        | {R.ACCEPT_QUOTES},
        invites=frozenset({Role.OWNER, Role.AGENT, Role.FINANCIAL_OFFICER}),
    ),
    # The lessee.
    Role.CLIENT: Row(
        Source.REGISTRATION,
        Side.CLIENT,
        _CLIENTS | {R.GIVE_MANDATES, R.READ_MANDATES} | _MAINTAINING | {R.REPORT_MAINTENANCE, R.RATE_MAINTENANCE},
        invites=frozenset({Role.CLIENT, Role.FINANCIAL_OFFICER}),
    ),
    # What a client may, for themselves and for clients that gave them a mandate; for those they sign nothing.
    Role.BROKER: Row(
        Source.REGISTRATION,
        Side.BROKER,
        _CLIENTS | {R.READ_MANDATES},
        invites=frozenset({Role.BROKER, Role.FINANCIAL_OFFICER}),
    ),
    # Works for an owner: buildings, bids and maintenance; no money, no signature.
    Role.AGENT: Row(
        Source.INVITATION,
        Side.OWNER,
        frozenset({R.KEEP_INVENTORY, R.READ_BIDS, R.DECIDE_BIDS, R.TRY_TERMS, R.ASSIGN_AGENTS}) | _MANAGING,
    ),
    # The organization's money and nothing else. Only an owner is owed money, so row-level security lets only an owner's
    # financial officers record payments.
    Role.FINANCIAL_OFFICER: Row(
        Source.INVITATION,
        Side.EITHER,
        frozenset(
            {
                R.READ_MONEY,
                R.RECORD_PAYMENTS,
                R.READ_REPORTS,
                R.KEEP_BOOKS,
                R.EXPORT,
                R.SCHEDULE_EXPORTS,
                R.CONNECT_BOOKS,
                R.READ_CHANGES,
            }
        ),
    ),
    # Mends what it is assigned.
    Role.CONTRACTOR: Row(
        Source.REGISTRATION,
        Side.CONTRACTOR,
        _MAINTAINING | {R.DO_MAINTENANCE, R.ADD_MAINTENANCE_COSTS, R.KEEP_ORGANIZATION},
        invites=frozenset({Role.CONTRACTOR}),
    ),
    # Reads everything, each read audited, and changes nothing but support notes.
    Role.SUPPORT: Row(Source.SUPER_ADMIN, Side.EVERY, _READING | {R.NOTE_ACCOUNTS, R.MODERATE}),
    # Everything, audited.
    Role.SUPER_ADMIN: Row(
        Source.SUPER_ADMIN,
        Side.EVERY,
        frozenset(Right),
        invites=frozenset(set(Role) - {Role.SUPPORT, Role.SUPER_ADMIN}),
    ),
}


def may(right: Right) -> frozenset[Role]:
    """The roles that have the right."""
    return frozenset(role for role, row in ROLES.items() if right in row.may)
