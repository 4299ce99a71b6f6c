"""QuickBooks Online: our documents as its own.

Invoices and credit notes are made of items, which name an account of its books: an item of ours for each account. Tax
is a line of its own, on the account that was chosen for it, so that totals are ours to the cent.
Source: developer.intuit.com, QuickBooks Online Accounting API (v3, minor version 75): Customer, Item, Invoice,
CreditMemo, Payment, JournalEntry, CompanyInfo, query; requestid; SyncToken; error codes.
"""

from collections.abc import Iterator
from typing import Any

from shared.integrations.client import Client, refused
from shared.integrations.outcomes import Refused, Revoked, Stale
from shared.integrations.outgoing import Document, described, memo, note_of
from shared.integrations.providers import PROVIDERS
from shared.integrations.tokens import Tokens

_VERSION = "75"
_PAGE = 1000
_STALE, _DUPLICATE_NUMBER, _DUPLICATE_NAME = "5010", "6140", "6240"
_ENDED = frozenset({"3100", "003100", "120"})
"""The company took our access away."""
_PLAIN = {
    "610": "Something that it names was made inactive there: make it active again, or choose another one.",
    "2500": "An account or customer that it names is not there: choose another one.",
    _DUPLICATE_NUMBER: "Another document there has this number.",
    "6190": "The subscription of the company has ended, or cannot be billed.",
    "6210": "The period is closed there: open it, or enter the document there by hand.",
    _DUPLICATE_NAME: "A customer, supplier or employee there has this name already: choose the customer.",
    "6540": "The money has been deposited there already.",
}
_ENTITIES = {"INVOICE": "Invoice", "CREDIT_NOTE": "CreditMemo", "WRITE_OFF": "CreditMemo", "PAYMENT": "Payment"}
_JOURNAL = "JournalEntry"
_REFERENCE = 21
"""Characters of a document's number, and of a payment's reference."""


class QuickBooks:
    """One company's books."""

    def __init__(self, organization_id: Any, tokens: Tokens, api: str, country: str | None) -> None:
        self._title = PROVIDERS["quickbooks"].title
        self._client = Client(organization_id, "quickbooks", self._title, api, "Bearer")
        self._company = f"/v3/company/{tokens.company_id}"
        self._company_id = tokens.company_id
        # Companies elsewhere take no amounts without saying how tax is meant; in the US they do not know the field.
        self._untaxed = {} if country in (None, "US") else {"GlobalTaxCalculation": "NotApplicable"}
        self._items: dict[str, str] = {}

    def company(self) -> dict[str, Any]:
        """What the company is called, and its currency."""
        info = self._ask("GET", f"/companyinfo/{self._company_id}")["CompanyInfo"]
        kept = self._ask("GET", "/preferences")["Preferences"].get("CurrencyPrefs", {})
        return {
            "company_id": self._company_id,
            "company_name": info["CompanyName"][:255],
            "company_currency": kept.get("HomeCurrency", {}).get("value"),
            "company_country": info.get("Country"),
        }

    def accounts(self) -> Iterator[dict[str, Any]]:
        for row in self._query("Account", "Active = true"):
            yield {"id": row["Id"], "name": row["FullyQualifiedName"], "type": row.get("AccountType")}

    def customers(self) -> Iterator[dict[str, Any]]:
        for row in self._query("Customer", "Active = true"):
            yield {"id": row["Id"], "name": row["DisplayName"], "type": None}

    def customer_of(self, name: str, tenant_id: str) -> str:
        """The customer of this name, made if there is none."""
        found = list(self._query("Customer", f"DisplayName = {_quoted(name)}"))
        if found:
            return str(found[0]["Id"])
        made = self._ask("POST", "/customer", {"DisplayName": name, "Notes": note_of(tenant_id)}, tenant_id)
        return str(made["Customer"]["Id"])

    def find(self, document: Document, customer_id: str) -> str | None:
        """The document, if it is there already."""
        entity = _ENTITIES.get(document.kind, _JOURNAL)
        for row in self._query(entity, f"TxnDate = {_quoted(document.posted_on)}"):
            if note_of(document.key) in row.get("PrivateNote", ""):
                return str(row["Id"])
        return None

    def send(self, document: Document, customer_id: str) -> str:
        """The provider's id of the document, which is new there."""
        body = {"TxnDate": document.posted_on, "PrivateNote": memo(document)}
        match document.kind:
            case "INVOICE" | "CREDIT_NOTE" | "WRITE_OFF":
                body |= self._sale(document, customer_id)
            case "PAYMENT":
                body |= self._payment(document, customer_id)
            case _:
                body |= self._journal(document, customer_id)
        entity = _ENTITIES.get(document.kind, _JOURNAL)
        made = self._ask("POST", f"/{entity.lower()}", body, document.request_id)
        return str(made[entity]["Id"])

    def release(self, payment_id: str, key: str) -> None:
        """The payment settles nothing any more: it bounced. Whoever edits it at the same moment comes first."""
        for _ in range(3):
            payment = self._ask("GET", f"/payment/{payment_id}")["Payment"]
            if not payment.get("Line"):
                return
            body = {name: payment[name] for name in ("Id", "SyncToken", "CustomerRef", "TotalAmt")}
            try:
                self._ask("POST", "/payment", body | {"sparse": True, "Line": []}, f"{key}-{payment['SyncToken']}")
            except Stale:
                continue
            return
        raise Refused(f"Somebody is editing payment {payment_id} in {self._title}.")

    def _sale(self, document: Document, customer_id: str) -> dict[str, Any]:
        lines = [
            {
                "Amount": line.amount,
                "Description": described(document, line.role),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": self._item(line.role, line.account_id)},
                    "Qty": 1,
                    "UnitPrice": line.amount,
                },
            }
            for line in document.sold
        ]
        body = {"CustomerRef": {"value": customer_id}, "DocNumber": (document.number or "")[:_REFERENCE], "Line": lines}
        if document.kind == "INVOICE" and document.due_date:
            body["DueDate"] = document.due_date
        return body | self._untaxed

    def _payment(self, document: Document, customer_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "CustomerRef": {"value": customer_id},
            "TotalAmt": document.amount,
            "DepositToAccountRef": {"value": document.account("BANK")},
            "PaymentRefNum": (document.number or "")[:_REFERENCE],
        }
        if document.settles:
            linked = [{"TxnId": document.settles, "TxnType": "Invoice"}]
            body["Line"] = [{"Amount": document.amount, "LinkedTxn": linked}]
        return body

    def _journal(self, document: Document, customer_id: str) -> dict[str, Any]:
        return {"Line": [self._journal_line(document, line, customer_id) for line in document.lines]}

    def _journal_line(self, document: Document, line: Any, customer_id: str) -> dict[str, Any]:
        detail: dict[str, Any] = {
            "PostingType": "Debit" if line.amount > 0 else "Credit",
            "AccountRef": {"value": line.account_id},
        }
        if line.role == "RECEIVABLE":
            detail["Entity"] = {"Type": "Customer", "EntityRef": {"value": customer_id}}
        return {
            "Amount": abs(line.amount),
            "Description": described(document, line.role),
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": detail,
        }

    def _item(self, role: str, account_id: str) -> str:
        """Our item for the account, made if there is none."""
        name = f"Lease {role.replace('_', ' ').lower()} {account_id}"
        if name not in self._items:
            found = list(self._query("Item", f"Name = {_quoted(name)}"))
            if not found:
                body = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": account_id}}
                found = [self._ask("POST", "/item", body, f"item-{role}-{account_id}"[:50])["Item"]]
            self._items[name] = str(found[0]["Id"])
        return self._items[name]

    def _query(self, entity: str, condition: str) -> Iterator[dict[str, Any]]:
        start = 1
        while True:
            text = f"select * from {entity} where {condition} startposition {start} maxresults {_PAGE}"
            rows = self._ask("GET", "/query", query=text)["QueryResponse"].get(entity, [])
            yield from rows
            if len(rows) < _PAGE:
                return
            start += _PAGE

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        request_id: str | None = None,
        query: str | None = None,
    ) -> dict[str, Any]:
        params = {"minorversion": _VERSION}
        # The same id again is answered as the first time, and makes nothing new.
        params |= {"requestid": request_id} if request_id else {}
        params |= {"query": query} if query else {}
        return self._client.ask(method, f"{self._company}{path}", params, body, refusal=self._refusal)

    def _refusal(self, answer: dict[str, Any]) -> Exception:
        errors = answer.get("Fault", answer.get("fault", {})).get("Error") or answer.get("fault", {}).get("error") or []
        first = errors[0] if errors else {}
        code = str(first.get("code", ""))
        if code == _STALE:
            return Stale()
        if code in _ENDED:
            return Revoked(f"{self._title} lets us in no more. Connect again.")
        words = f"{first.get('Message', '')}: {first.get('Detail', '')}".strip(": ")
        return refused(self._title, words, _PLAIN.get(code))


def _quoted(text: Any) -> str:
    escaped = str(text).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
