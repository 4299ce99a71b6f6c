"""QuickBooks Online on this machine, as far as it is used: from Intuit's documentation of its Accounting API (v3)."""

import re
from decimal import Decimal
from typing import Any

from tests.integrations.accounting_server import AccountingServer, Answer, Refusal

REALM = "9341453908059321"
_QUERY = re.compile(r"select \* from (\w+) where (\w+) = ('(?:[^'\\]|\\.)*'|true) startposition (\d+) maxresults (\d+)")
RECEIVABLE = "84"
ACCOUNTS = {
    "35": ("Checking", "Bank"),
    RECEIVABLE: ("Accounts Receivable (A/R)", "Accounts Receivable"),
    "79": ("Rental income", "Income"),
    "80": ("Late fee income", "Income"),
    "90": ("Sales tax payable", "Other Current Liability"),
    "91": ("Security deposits", "Other Current Liability"),
    "92": ("Security deposits asked", "Other Current Liability"),
    "95": ("Bad debts", "Expense"),
}
MAPPED = {
    "BANK": "35",
    "RECEIVABLE": RECEIVABLE,
    "RENT": "79",
    "LATE_INCOME": "80",
    "TAX": "90",
    "DEPOSITS_HELD": "91",
    "DEPOSITS_ASKED": "92",
    "BAD_DEBT": "95",
}


class Intuit(AccountingServer):
    company = "Evergreen Offices"

    def __init__(self) -> None:
        super().__init__()
        self.realm = REALM
        self.closed_before = ""
        self.there: dict[str, dict[str, dict[str, Any]]] = {
            name: {} for name in ("Customer", "Item", "Invoice", "CreditMemo", "Payment", "JournalEntry")
        }
        self.there["Account"] = {
            id: {"Id": id, "FullyQualifiedName": name, "AccountType": kind, "Active": True}
            for id, (name, kind) in ACCOUNTS.items()
        }
        self.by_request: dict[str, Answer] = {}
        self.edited_meanwhile = 0

    def comes_back_with(self) -> dict[str, str]:
        return {"realmId": self.realm}

    def not_let_in(self) -> Answer:
        fault = {"error": [{"message": "message=AuthenticationFailed", "code": "3200"}], "type": "AUTHENTICATION"}
        return 401, {"fault": fault}

    def made(self, entity: str) -> list[dict[str, Any]]:
        return list(self.there[entity].values())

    def customer(self, name: str) -> str:
        """Somebody whom the company knew before us."""
        return self._kept("Customer", {"DisplayName": name, "Active": True})["Id"]

    def owed(self, customer: str) -> Decimal:
        return self.customers_owe[customer]

    def open_balance(self, invoice: dict[str, Any]) -> Decimal:
        paid = sum(
            line["Amount"]
            for payment in self.made("Payment")
            for line in payment.get("Line", [])
            if line["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
        )
        return Decimal(invoice["TotalAmt"] - paid)

    def api(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Answer:
        begin = f"/v3/company/{self.realm}/"
        if not path.startswith(begin) or query["minorversion"] != "75":
            return _fault("3100", "ApplicationAuthorizationFailed", "errorCode=003100", 403)
        what = path.removeprefix(begin)
        if method == "POST":
            request_id = query["requestid"]
            assert len(request_id) <= 50
            if request_id not in self.by_request:
                answer = self._post(what, body)
                self.by_request[request_id] = answer
            return self.by_request[request_id]
        match what.split("/"):
            case ["companyinfo", realm] if realm == self.realm:
                return 200, {"CompanyInfo": {"CompanyName": self.company, "Country": "US"}}
            case ["preferences"]:
                return 200, {"Preferences": {"CurrencyPrefs": {"HomeCurrency": {"value": "USD"}}}}
            case ["payment", id]:
                return 200, {"Payment": dict(self.there["Payment"][id])}
            case ["query"]:
                return self._query(query["query"])
        raise AssertionError(path)

    def _query(self, text: str) -> Answer:
        entity, field, value, start, most = _QUERY.fullmatch(text).groups()  # type: ignore[union-attr]
        wanted: Any = True if value == "true" else re.sub(r"\\(.)", r"\1", value[1:-1])
        found = [row for row in self.made(entity) if row.get(field) == wanted]
        page = found[int(start) - 1 : int(start) - 1 + int(most)]
        return 200, {"QueryResponse": {entity: page} if page else {}}

    def _post(self, what: str, body: dict[str, Any]) -> Answer:
        entity = {"creditmemo": "CreditMemo", "journalentry": "JournalEntry"}.get(what, what.capitalize())
        if "Id" in body:
            return self._updated(entity, body)
        if self.closed_before and body.get("TxnDate", "9") < self.closed_before:
            raise Refusal(*_fault("6210", "Account Period Closed", "The books cannot be updated through the API."))
        checked = {
            "Customer": self._new_customer,
            "Item": self._new_item,
            "Invoice": self._sale,
            "CreditMemo": self._sale,
            "Payment": self._payment,
            "JournalEntry": self._journal,
        }[entity](entity, dict(body))
        return 200, {entity: self._kept(entity, checked)}

    def _kept(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        id = self.number()
        self.there[entity][id] = row | {"Id": id, "SyncToken": "0"}
        return self.there[entity][id]

    def _new_customer(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        if any(row["DisplayName"] == body["DisplayName"] for row in self.made("Customer")):
            raise Refusal(*_fault("6240", "Duplicate Name Exists Error", "The name supplied already exists."))
        return body | {"Active": True}

    def _new_item(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        assert body["Type"] == "Service" and ":" not in body["Name"] and len(body["Name"]) <= 100
        self._is_there("Account", body["IncomeAccountRef"])
        return body

    def _sale(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        customer = self._is_there("Customer", body["CustomerRef"])
        assert len(body["DocNumber"]) <= 21 and body["DocNumber"]
        if any(row["DocNumber"] == body["DocNumber"] for row in self.made(entity)):
            detail = f"DocNumber={body['DocNumber']} is assigned to TxnType={entity}"
            raise Refusal(*_fault("6140", "Duplicate Document Number Error", detail))
        sign = 1 if entity == "Invoice" else -1
        lines = [
            (line["Amount"], self._is_there("Item", line["SalesItemLineDetail"]["ItemRef"])) for line in body["Line"]
        ]
        total = sum((Decimal(amount) for amount, _ in lines), Decimal(0))
        assert lines and total > 0 and "CurrencyRef" not in body
        for amount, item in lines:
            self.post(item["IncomeAccountRef"]["value"], -sign * Decimal(amount))
        self.post(RECEIVABLE, sign * total, customer["Id"])
        return body | {"TotalAmt": total}

    def _payment(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        customer = self._is_there("Customer", body["CustomerRef"])
        bank = self._is_there("Account", body["DepositToAccountRef"])
        assert bank["AccountType"] in ("Bank", "Other Current Asset") and len(body["PaymentRefNum"]) <= 21
        for line in body.get("Line", []):
            [linked] = line["LinkedTxn"]
            assert linked["TxnType"] == "Invoice"
            invoice = self.there["Invoice"][linked["TxnId"]]
            assert line["Amount"] <= self.open_balance(invoice) and line["Amount"] <= body["TotalAmt"]
        self.post(bank["Id"], Decimal(body["TotalAmt"]))
        self.post(RECEIVABLE, -Decimal(body["TotalAmt"]), customer["Id"])
        return body

    def _journal(self, entity: str, body: dict[str, Any]) -> dict[str, Any]:
        total = Decimal(0)
        for line in body["Line"]:
            detail = line["JournalEntryLineDetail"]
            account = self._is_there("Account", detail["AccountRef"])
            customer = None
            if account["AccountType"] == "Accounts Receivable":
                assert detail["Entity"]["Type"] == "Customer"
                customer = self._is_there("Customer", detail["Entity"]["EntityRef"])["Id"]
            amount = Decimal(line["Amount"]) * (1 if detail["PostingType"] == "Debit" else -1)
            assert line["Amount"] > 0
            total += amount
            self.post(account["Id"], amount, customer)
        assert total == 0 and len(body["Line"]) > 1
        return body

    def _updated(self, entity: str, body: dict[str, Any]) -> Answer:
        row = self.there[entity][body["Id"]]
        if self.edited_meanwhile:
            self.edited_meanwhile -= 1
            row["SyncToken"] = str(int(row["SyncToken"]) + 1)
        if body["SyncToken"] != row["SyncToken"]:
            raise Refusal(*_fault("5010", "Stale Object Error", "You and Ann were working on this at the same time."))
        assert body["sparse"] is True
        row |= body | {"SyncToken": str(int(row["SyncToken"]) + 1)}
        return 200, {entity: row}

    def _is_there(self, entity: str, reference: dict[str, str]) -> dict[str, Any]:
        row = self.there[entity].get(reference["value"])
        if row is None or not row.get("Active", True):
            raise Refusal(*_fault("2500", "Invalid Reference Id", f"{entity} {reference['value']} is not there"))
        return row


def _fault(code: str, message: str, detail: str, status: int = 400) -> Answer:
    error = {"Message": message, "Detail": f"{message} : {detail}", "code": code, "element": ""}
    return status, {"Fault": {"Error": [error], "type": "ValidationFault"}, "time": "2026-11-30T09:17:31.892-07:00"}
