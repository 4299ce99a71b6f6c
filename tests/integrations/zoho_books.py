"""Zoho Books on this machine, as far as it is used: from its API documentation (v3)."""

from decimal import Decimal
from typing import Any

from tests.integrations.accounting_server import AccountingServer, Answer, Refusal

ORGANIZATION = "10234695"
RECEIVABLE = "460000000000361"
ACCOUNTS = {
    "460000000000358": ("Checking", "bank"),
    RECEIVABLE: ("Accounts Receivable", "accounts_receivable"),
    "460000000000388": ("Rental income", "income"),
    "460000000000390": ("Late fee income", "income"),
    "460000000000400": ("Tax payable", "other_current_liability"),
    "460000000000401": ("Security deposits", "other_current_liability"),
    "460000000000500": ("Bad debt", "expense"),
}
MAPPED = {
    "BANK": "460000000000358",
    "RECEIVABLE": RECEIVABLE,
    "RENT": "460000000000388",
    "LATE_INCOME": "460000000000390",
    "TAX": "460000000000400",
    # One account for both: what is asked for is held there.
    "DEPOSITS_HELD": "460000000000401",
    "DEPOSITS_ASKED": "460000000000401",
    "BAD_DEBT": "460000000000500",
}
_LISTS = {
    "contacts": ("contact_id", "contact"),
    "invoices": ("invoice_id", "invoice"),
    "creditnotes": ("creditnote_id", "creditnote"),
    "customerpayments": ("payment_id", "payment"),
    "journals": ("journal_id", "journal"),
}
_NUMBERED = {"invoices": "invoice_number", "creditnotes": "creditnote_number"}


class ZohoBooks(AccountingServer):
    takes_basic = False
    wants_pkce = True
    rotates = False

    def __init__(self) -> None:
        super().__init__()
        self.organizations = [
            {"organization_id": "10234000", "name": "Side business", "currency_code": "USD", "is_default_org": False},
            {"organization_id": ORGANIZATION, "name": "Zillium", "currency_code": "USD", "is_default_org": True},
        ]
        self.there: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in _LISTS}

    def comes_back_with(self) -> dict[str, str]:
        return {"location": "eu", "accounts-server": "https://accounts.zoho.eu"}

    def token_error(self, error: str) -> Answer:
        # Zoho's errors come with status 200.
        return 200, {"error": {"invalid_grant": "invalid_code"}.get(error, error)}

    def not_let_in(self) -> Answer:
        return 401, {"code": 57, "message": "You are not authorized to perform this operation"}

    def made(self, name: str) -> list[dict[str, Any]]:
        return list(self.there[name].values())

    def customer(self, name: str) -> str:
        """Somebody whom the organization knew before us."""
        return str(self._kept("contacts", {"contact_name": name})["contact_id"])

    def owed(self, customer: str) -> Decimal:
        return self.customers_owe[customer]

    def open_balance(self, invoice: dict[str, Any]) -> Decimal:
        paid = sum(
            one["amount_applied"]
            for payment in self.made("customerpayments")
            for one in payment["invoices"]
            if one["invoice_id"] == invoice["invoice_id"]
        )
        return Decimal(invoice["total"] - paid)

    def api(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
        assert path.startswith("/books/v3/")
        parts = path.removeprefix("/books/v3/").split("/")
        if parts == ["organizations"]:
            return _done(organizations=self.organizations)
        if query["organization_id"] != ORGANIZATION:
            raise Refusal(400, {"code": 6041, "message": "This user is not associated with the organization."})
        match method, parts:
            case "GET", ["chartofaccounts"]:
                rows = [
                    {"account_id": id, "account_name": name, "account_type": kind}
                    for id, (name, kind) in ACCOUNTS.items()
                ]
                return _page("chartofaccounts", rows, query)
            case "GET", [name]:
                keys = ("contact_name", "reference_number")
                rows = [row for row in self.made(name) if all(row[key] == query[key] for key in keys if key in query)]
                return _page(name, rows, query)
            case "GET", ["customerpayments", id]:
                return _done(payment=self.there["customerpayments"][id])
            case "DELETE", ["invoices", invoice_id, "payments", applied]:
                return self._unapplied(invoice_id, applied)
            case "POST", [name, id, "status", status]:
                return self._opened(name, id, status)
            case "POST", [name]:
                return 201, {"code": 0, "message": "Created.", _LISTS[name][1]: self._new(name, query, dict(body))}
        raise AssertionError(path)

    def _kept(self, name: str, row: dict[str, Any]) -> dict[str, Any]:
        id = f"4600000000{self.number()}"
        self.there[name][id] = row | {_LISTS[name][0]: id}
        return self.there[name][id]

    def _new(self, name: str, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        number = _NUMBERED.get(name)
        if number:
            assert query["ignore_auto_number_generation"] == "true"
            if any(row[number] == body[number] for row in self.made(name)):
                raise Refusal(400, {"code": 1001, "message": f"{body[number]} already exists."})
        checked = {
            "contacts": lambda given: given,
            "invoices": self._sale,
            "creditnotes": self._sale,
            "customerpayments": self._payment,
            "journals": self._journal,
        }[name](body)
        return self._kept(name, checked)

    def _sale(self, body: dict[str, Any]) -> dict[str, Any]:
        self._contact(body["customer_id"])
        total = sum((Decimal(line["rate"]) * line["quantity"] for line in body["line_items"]), Decimal(0))
        assert total > 0 and all(line["account_id"] in ACCOUNTS for line in body["line_items"])
        return body | {"status": "draft", "total": total}

    def _opened(self, name: str, id: str, status: str) -> Answer:
        """A draft is in no books until now."""
        row = self.there[name][id]
        assert row["status"] == "draft" and (name, status) in {("invoices", "sent"), ("creditnotes", "open")}
        sign = 1 if name == "invoices" else -1
        for line in row["line_items"]:
            self.post(line["account_id"], -sign * Decimal(line["rate"]))
        self.post(RECEIVABLE, sign * row["total"], row["customer_id"])
        row["status"] = status
        return _done()

    def _payment(self, body: dict[str, Any]) -> dict[str, Any]:
        self._contact(body["customer_id"])
        applied = body.get("invoices", [])
        for one in applied:
            invoice = self.there["invoices"][one["invoice_id"]]
            assert invoice["status"] == "sent" and one["amount_applied"] <= self.open_balance(invoice)
            one["invoice_payment_id"] = self.number()
        self.post(body["account_id"], Decimal(body["amount"]))
        self.post(RECEIVABLE, -Decimal(body["amount"]), body["customer_id"])
        return body | {"invoices": applied}

    def _journal(self, body: dict[str, Any]) -> dict[str, Any]:
        assert body["status"] == "published" and len(body["notes"]) <= 500
        total = Decimal(0)
        for line in body["line_items"]:
            amount = Decimal(line["amount"]) * (1 if line["debit_or_credit"] == "debit" else -1)
            customer = line.get("customer_id")
            assert (customer is not None) == (line["account_id"] == RECEIVABLE) and line["amount"] > 0
            total += amount
            self.post(line["account_id"], amount, customer)
        assert total == 0 and len(body["line_items"]) > 1
        return body

    def _unapplied(self, invoice_id: str, applied: str) -> Answer:
        for payment in self.made("customerpayments"):
            payment["invoices"] = [one for one in payment["invoices"] if one["invoice_payment_id"] != applied]
        return _done()

    def _contact(self, id: str) -> None:
        if id not in self.there["contacts"]:
            raise Refusal(400, {"code": 1002, "message": "Customer does not exist."})


def _done(**data: Any) -> Answer:
    return 200, {"code": 0, "message": "success", **data}


def _page(name: str, rows: list[dict[str, Any]], query: dict[str, str]) -> Answer:
    page, size = int(query["page"]), int(query["per_page"])
    assert size <= 200
    shown = rows[(page - 1) * size : page * size]
    return _done(**{name: shown, "page_context": {"page": page, "has_more_page": len(rows) > page * size}})
