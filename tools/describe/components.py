"""What every operation of the API has in common: error envelopes, headers of requests and of responses."""

from typing import Any, get_args

from shared.kit.errors import DetailCode, Refusal
from tools.describe.schemas import REF


def codes() -> list[str]:
    """Every code of every refusal of ours that has been imported: the catalog imports them all."""

    def below(kind: type[Refusal]) -> set[type[Refusal]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    ours = [kind for kind in below(Refusal) if kind.__module__.startswith(("shared.", "functions."))]
    return sorted({kind.code for kind in ours if kind is not Refusal})


def envelopes() -> dict[str, Any]:
    """The schemas that all errors share."""
    return {
        "DetailCode": {
            "type": "string",
            "enum": list(get_args(DetailCode)),
            "description": "What is wrong with a field. INVALID: it breaks a rule of its own, named in `message`.",
        },
        "Error": {
            "type": "object",
            "description": "Every error response of the platform.",
            "required": ["error", "meta"],
            "properties": {
                "error": _ref("ErrorBody"),
                "meta": {
                    "type": "object",
                    "required": ["timestamp", "request_id"],
                    "properties": {
                        "timestamp": {"type": "string", "format": "date-time"},
                        "request_id": {"type": "string", "description": "The X-Correlation-ID."},
                    },
                },
            },
        },
        "ErrorBody": {
            "type": "object",
            "description": "What went wrong.",
            "required": ["code", "message", "details"],
            "properties": {
                "code": _ref("ErrorCode"),
                "message": {"type": "string", "description": "For people. It may change."},
                "details": {"type": "array", "items": _ref("ErrorDetail")},
                "retry_after": {"type": "integer", "description": "Seconds to wait before trying again."},
            },
        },
        "ErrorCode": {
            "type": "string",
            "enum": codes(),
            "description": "Stable: programs rely on it. New codes may be added; treat an unknown one by its status.",
        },
        "ErrorDetail": {
            "type": "object",
            "description": "A field or parameter that is wrong.",
            "required": ["field", "code", "message"],
            "properties": {
                "field": {"type": "string", "description": "The path, for example `address.city` or `amenities.2`."},
                "code": _ref("DetailCode"),
                "message": {"type": "string", "description": "For people, to follow the field's label."},
            },
        },
        "GatewayError": {
            "type": "object",
            "description": "An error response of API Gateway itself.",
            "required": ["message"],
            "properties": {"message": {"type": ["string", "null"]}},
        },
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": REF.format(model=name)}


CONTACT = {"name": "API support", "url": "https://api.example.com/docs", "email": "api@example.com"}

TAGS = {
    "admin": "For the platform's own staff: users, support notes and the audit log.",
    "auth": "Accounts, signing in, sessions and second factors.",
    "bids": "A client's offer for a space, and the negotiation of its terms.",
    "buildings": "Buildings and their floors.",
    "contractors": "Contractors who do maintenance, and what they say of themselves.",
    "contracts": "The lease, rental or sale that an approved bid becomes: signatures, schedule, ledger, ending.",
    "exports": "Files of the organization's data, on demand and every day, for other systems and for keeping.",
    "favorites": "Spaces that a user has marked.",
    "files": "Uploading pictures, documents and spreadsheets, and downloading them.",
    "flags": "Features that are on for some users: which ones are for the caller, and who decides it.",
    "imports": "Buildings and running leases from a spreadsheet, and what was wrong with its rows.",
    "integrations": "Accounting software: connecting it, what maps to what there, and what was sent.",
    "journal": "The owner's books: months that are closed, the accounts, and every entry.",
    "maintenance": "Tickets for what needs maintenance in buildings: who reports, who does the work, what it costs.",
    "messages": "Conversations between people, with or without a space, bid, contract or ticket that they are about.",
    "notifications": "Messages to a user about what has happened.",
    "organizations": "The company behind users: members, invitations and brokers' mandates.",
    "payments": "Installments, invoices, credit notes, deposits and indexes.",
    "phones": "A user's phone, for text and WhatsApp messages, and their devices, for push notifications.",
    "realtime": "Tickets that open a WebSocket connection.",
    "reports": "Rent roll, occupancy, expirations, aging, stacking plan and maintenance.",
    "search": "Searching for spaces, and searches that are saved.",
    "spaces": "What is leased: the spaces of a building.",
    "system": "The platform's health, and its documentation.",
    "taxes": "Tax codes with their rates over time, and the tax report.",
    "webhooks": "Events that are sent to other systems, what became of them, and the same events as a list.",
    "users": "The caller's own profile and account.",
}
"""What each word's operations are about."""

PARAMETERS: dict[str, Any] = {
    "CorrelationId": {
        "name": "X-Correlation-ID",
        "in": "header",
        "description": "Returned in the response and used in logs and events if it matches "
        "`[A-Za-z0-9._-]{1,64}`; otherwise replaced.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A repeat of the request, byte for byte, with the same key within 24 hours returns the first "
        "response again and "
        "has no second effect.",
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that was read. The request is refused with 412 if the object has changed since.",
        "schema": {"type": "string"},
    },
}

HEADERS: dict[str, Any] = {
    "X-Correlation-ID": {"schema": {"type": "string"}, "description": "The request's ID in our logs."},
    "X-RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Requests per window."},
    "X-RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "Requests left in the window."},
    "X-RateLimit-Reset": {
        "schema": {"type": "integer"},
        "description": "Unix time at which the next of the counted requests leaves the window.",
    },
    "ETag": {
        "schema": {"type": "string"},
        "description": "Changes with the response. Where an operation takes `If-Match`, send it there.",
    },
    "Idempotent-Replayed": {"schema": {"type": "string"}, "description": "`true` if this is the first response again."},
    "Location": {"schema": {"type": "string"}, "description": "Where the browser continues."},
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait before trying again."},
}
