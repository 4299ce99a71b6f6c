"""How the operations of payments succeed: see tests/successes.py."""

from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.payments.record_payment import record_payment
from functions.payments.reverse_payment import reverse_payment
from tests.call import call
from tests.cast import Asked, Cast
from tests.leasing.deal import Deal

BODIES = {
    "download_invoice": None,
    "download_receipt": None,
    "get_payment": None,
    "list_payments": None,
    "reverse_payment": {"reason": "Bounced"},
    "explain_payment": None,
    "list_invoices": None,
    "credit_invoice": {"reason": "The lift was out of order"},
    "publish_index": {"values": [{"date": "2026-01-15", "value": 100}]},
    "return_deposit": {"paid_date": "2026-01-15", "payment_method": "cheque"},
    "apply_deposit": {"reason": "Rent that did not come"},
    "record_payment": {"paid_date": "2026-01-15", "payment_method": "cheque"},
}


class Successes(Cast):
    def list_payments(self) -> Asked:
        return {"as_": self.lease.client}

    def get_payment(self) -> Asked:
        sql = "SELECT id FROM payments WHERE contract_id = %(id)s ORDER BY due_date, id"
        payment = self.world.sql(sql, id=self.lease.contract)[0]["id"]
        return {"as_": self.lease.client, "path": {"payment_id": payment}}

    explain_payment = get_payment

    def list_invoices(self) -> Asked:
        deal, _ = self.paid()
        return {"as_": deal.client}

    def credit_invoice(self) -> Asked:
        deal, payment = self.payment()
        body = {"paid_date": "2026-01-15", "payment_method": "cheque", "amount": 1}
        assert call(record_payment, as_=deal.owner, path={"payment_id": payment}, body=body).status < 300
        assert call(reverse_payment, as_=deal.owner, path={"payment_id": payment}, body={"reason": "No"}).status < 300
        [invoice] = self.world.sql("SELECT id FROM invoices WHERE payment_id = %(id)s", id=payment)
        return {"as_": deal.owner, "path": {"invoice_id": invoice["id"]}, "body": {"reason": "Asked by mistake"}}

    def publish_index(self) -> Asked:
        body = {"values": [{"date": "2026-01-15", "value": 100}]}
        return {"as_": self.owner, "path": {"name": "CPI"}, "body": body}

    def return_deposit(self) -> Asked:
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        return self._ended_with_deposit() | {"body": body}

    def apply_deposit(self) -> Asked:
        return self._ended_with_deposit() | {"body": {"reason": "Rent that did not come", "amount": 100}}

    def record_payment(self) -> Asked:
        deal, payment = self.payment()
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        return {"as_": deal.owner, "path": {"payment_id": payment}, "body": body}

    def reverse_payment(self) -> Asked:
        deal, payment = self.paid()
        return {"as_": deal.owner, "path": {"payment_id": payment}, "body": {"reason": "Bounced"}}

    def download_invoice(self) -> Asked:
        deal, payment = self.documented
        return {"as_": deal.client, "path": {"payment_id": payment}}

    download_receipt = download_invoice

    def _ended_with_deposit(self) -> Asked:
        """A lease that has expired, whose deposit was paid and is held."""
        deal = Deal(self.world, call).signed()
        self.world.sql("UPDATE contracts SET deposit_months = 1 WHERE id = %(id)s", id=deal.contract)
        deal.run(schedule_payments, activate_contract)
        sql = "SELECT id FROM payments WHERE contract_id = %(id)s AND charge = 'DEPOSIT'"
        [deposit] = self.world.sql(sql, id=deal.contract)
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        assert call(record_payment, as_=deal.owner, path={"payment_id": deposit["id"]}, body=body).status < 300
        self.world.sql("UPDATE contracts SET status = 'EXPIRED' WHERE id = %(id)s", id=deal.contract)
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}}
