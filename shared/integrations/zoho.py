"""Zoho Books: our documents as its own.

Their lines name accounts. `reference_number` is our id, by which a document is found again: Zoho knows no request ids.
Source: zoho.com/books/api/v3: organizations, chartofaccounts, contacts, invoices, creditnotes, customerpayments,
journals; errors; API call limits.
"""

from collections.abc import Iterator
from typing import Any

from shared.integrations.client import Client, refused
from shared.integrations.outcomes import Later, Refused, Revoked
from shared.integrations.outgoing import Document, described, memo, note_of
from shared.integrations.providers import PROVIDERS
from shared.integrations.tokens import Tokens

_PAGE = 200
_BUSY = frozenset({43, 44, 45, 1070})
"""Too many requests in a minute, a day, or at once."""
_ENDED = frozenset({14, 57})
"""The token is not valid, or its user may do nothing here any more."""
_PLAIN = {
    1001: "Another document there has this number.",
    3062: "Another customer there has this name: choose the customer.",
    1002: "Something that it names is not there any more.",
}
_PATHS = {
    "INVOICE": ("/invoices", "invoice", "invoice_id"),
    "CREDIT_NOTE": ("/creditnotes", "creditnote", "creditnote_id"),
    "WRITE_OFF": ("/creditnotes", "creditnote", "creditnote_id"),
    "PAYMENT": ("/customerpayments", "payment", "payment_id"),
    "JOURNAL": ("/journals", "journal", "journal_id"),
}
_LISTS = {"payment": "customerpayments"}


class Zoho:
    """One organization's books."""

    def __init__(self, organization_id: Any, tokens: Tokens, api: str) -> None:
        self._title = PROVIDERS["zoho"].title
        self._client = Client(organization_id, "zoho", self._title, api, "Zoho-oauthtoken")
        self._company_id = tokens.company_id

    def company(self, wanted: str | None) -> dict[str, Any]:
        """What the organization is called, and its currency. Raises Refused if there is no such one."""
        all_there = self._ask("GET", "/organizations")["organizations"]
        found = [row for row in all_there if row["organization_id"] == wanted] if wanted else _default(all_there)
        if not found:
            raise Refused(f"The account at {self._title} has no organization {wanted or 'at all'}.")
        [row] = found[:1]
        self._company_id = row["organization_id"]
        return {
            "company_id": row["organization_id"],
            "company_name": row["name"][:255],
            "company_currency": row.get("currency_code"),
            "company_country": row.get("country"),
        }

    def accounts(self) -> Iterator[dict[str, Any]]:
        for row in self._pages("/chartofaccounts", "chartofaccounts", {"filter_by": "AccountType.Active"}):
            yield {"id": row["account_id"], "name": row["account_name"], "type": row.get("account_type")}

    def customers(self) -> Iterator[dict[str, Any]]:
        for row in self._pages("/contacts", "contacts", {"contact_type": "customer", "filter_by": "Status.Active"}):
            yield {"id": row["contact_id"], "name": row["contact_name"], "type": None}

    def customer_of(self, name: str, tenant_id: str) -> str:
        """The customer of this name, made if there is none."""
        for row in self._pages("/contacts", "contacts", {"contact_type": "customer", "contact_name": name}):
            if row["contact_name"].casefold() == name.casefold():
                return str(row["contact_id"])
        body = {"contact_name": name[:200], "contact_type": "customer", "notes": note_of(tenant_id)}
        return str(self._ask("POST", "/contacts", body)["contact"]["contact_id"])

    def find(self, document: Document, customer_id: str) -> str | None:
        """The document, if it is there already; made effective if it is a draft still."""
        path, name, id = _PATHS[document.kind]
        for row in self._pages(path, _LISTS.get(name, f"{name}s"), {"reference_number": document.key}):
            if row["reference_number"] == document.key:
                self._open(document, row, row[id])
                return str(row[id])
        return None

    def send(self, document: Document, customer_id: str) -> str:
        """The provider's id of the document, which is new there."""
        path, name, id = _PATHS[document.kind]
        more = {"ignore_auto_number_generation": "true"} if name in ("invoice", "creditnote") else {}
        match document.kind:
            case "INVOICE" | "CREDIT_NOTE" | "WRITE_OFF":
                body = self._sale(document, customer_id, f"{name}_number")
            case "PAYMENT":
                body = self._payment(document, customer_id)
            case _:
                body = self._journal(document, customer_id)
        made = self._ask("POST", path, body | {"reference_number": document.key}, more)[name]
        self._open(document, made, made[id])
        return str(made[id])

    def release(self, payment_id: str, key: str) -> None:
        """The payment settles nothing any more: it bounced."""
        payment = self._ask("GET", f"/customerpayments/{payment_id}")["payment"]
        for row in payment.get("invoices", []):
            self._ask("DELETE", f"/invoices/{row['invoice_id']}/payments/{row['invoice_payment_id']}")

    def _open(self, document: Document, row: dict[str, Any], id: str) -> None:
        """What Zoho makes may be a draft, which no books count."""
        if row.get("status") != "draft":
            return
        path, name, _ = _PATHS[document.kind]
        self._ask("POST", f"{path}/{id}/status/{_OPENED[name]}")

    def _sale(self, document: Document, customer_id: str, number: str) -> dict[str, Any]:
        lines = [
            {
                "name": document.about[:100],
                "description": described(document, line.role),
                "account_id": line.account_id,
                "rate": line.amount,
                "quantity": 1,
            }
            for line in document.sold
        ]
        body = {
            "customer_id": customer_id,
            number: document.number,
            "date": document.posted_on,
            "line_items": lines,
            "notes": document.about,
        }
        if document.kind == "INVOICE" and document.due_date:
            body["due_date"] = max(document.due_date, document.posted_on)
        return body

    def _payment(self, document: Document, customer_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "customer_id": customer_id,
            "payment_mode": "others",
            "amount": document.amount,
            "date": document.posted_on,
            "account_id": document.account("BANK"),
            "description": f"{document.number or ''} {document.about}".strip(),
        }
        if document.settles:
            body["invoices"] = [{"invoice_id": document.settles, "amount_applied": document.amount}]
        return body

    def _journal(self, document: Document, customer_id: str) -> dict[str, Any]:
        lines = [
            {
                "account_id": line.account_id,
                "debit_or_credit": "debit" if line.amount > 0 else "credit",
                "amount": abs(line.amount),
                "description": described(document, line.role),
            }
            | ({"customer_id": customer_id} if line.role == "RECEIVABLE" else {})
            for line in document.lines
        ]
        return {
            "journal_date": document.posted_on,
            "notes": memo(document)[:500],
            "line_items": lines,
            "status": "published",
        }

    def _pages(self, path: str, name: str, params: dict[str, Any]) -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            answer = self._ask("GET", path, params=params | {"page": page, "per_page": _PAGE})
            yield from answer[name]
            if not answer.get("page_context", {}).get("has_more_page"):
                return
            page += 1

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        params = {"organization_id": self._company_id, **(params or {})}
        answer = self._client.ask(method, f"/books/v3{path}", params, body, refusal=self._refusal)
        if answer.get("code"):
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: dict[str, Any]) -> Exception:
        code = answer.get("code")
        if code in _BUSY:
            return Later(f"{self._title} asked us to slow down.", 0)
        if code in _ENDED:
            return Revoked(f"{self._title} lets us in no more. Connect again.")
        return refused(self._title, str(answer.get("message", "")), _PLAIN.get(int(code or 0)))


_OPENED = {"invoice": "sent", "creditnote": "open", "journal": "publish", "payment": ""}


def _default(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row.get("is_default_org")] or rows
