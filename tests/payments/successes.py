"""How the operations of payments succeed: see tests/successes.py."""

from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.payments.create_payment_plan import create_payment_plan
from functions.payments.credit_invoice import credit_invoice
from functions.payments.record_payment import record_payment
from functions.payments.refund_credit import refund_credit
from functions.payments.reverse_payment import reverse_payment
from functions.payments.send_invoice import send_invoice
from functions.payments.transfer_credit import transfer_credit
from functions.payments.write_off_payment import write_off_payment
from tests.call import call
from tests.cast import Asked, Cast
from tests.leasing.deal import Deal

PAYMENT = "01a22bea-7f4a-73e3-a019-a8971515bfe9"

BODIES = {
    "download_credit_note": None,
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
    "send_invoice": None,
    "write_off_payment": {"reason": "The client is insolvent"},
    "reverse_write_off": {"reason": "The money came"},
    "refund_credit": {"amount": 1, "paid_date": "2026-01-15", "payment_method": "bank_transfer"},
    "reverse_refund": {"reason": "The account is closed"},
    "transfer_credit": {"to_contract_id": "LEASE", "amount": 1},
    "reverse_transfer": {"reason": "To the wrong contract"},
    "waive_payment": {"reason": "Goodwill"},
    "create_payment_plan": {"payment_ids": [PAYMENT], "installments": [{"due_date": "2100-01-01", "amount": 1}]},
    "list_payment_plans": None,
    "cancel_payment_plan": {"reason": "The client does not pay"},
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

    def download_credit_note(self) -> Asked:
        asked = self.credit_invoice()
        note = call(credit_invoice, **asked).json
        return {"as_": asked["as_"], "path": {"credit_note_id": note["id"]}}

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

    def send_invoice(self) -> Asked:
        deal, payment = self.payment()
        return {"as_": deal.owner, "path": {"payment_id": payment}}

    def write_off_payment(self) -> Asked:
        deal, payment = self.payment()
        assert call(send_invoice, as_=deal.owner, path={"payment_id": payment}).status < 300
        return {"as_": deal.owner, "path": {"payment_id": payment}, "body": {"reason": "The client is insolvent"}}

    def reverse_write_off(self) -> Asked:
        asked = self.write_off_payment()
        assert call(write_off_payment, **asked).status < 300
        return asked | {"body": {"reason": "The money came"}}

    def refund_credit(self) -> Asked:
        body = {"amount": 1, "paid_date": "2026-01-15", "payment_method": "bank_transfer"}
        return self._with_credit() | {"body": body}

    def reverse_refund(self) -> Asked:
        asked = self.refund_credit()
        refund = call(refund_credit, **asked).json["id"]
        return {
            "as_": asked["as_"],
            "path": asked["path"] | {"refund_id": refund},
            "body": {"reason": "The account is closed"},
        }

    def transfer_credit(self) -> Asked:
        asked = self._with_credit()
        other = Deal(self.world, call, owner=asked["as_"], client=self.client).signed()
        other.run(schedule_payments, activate_contract)
        return asked | {"body": {"to_contract_id": other.contract, "amount": 1}}

    def reverse_transfer(self) -> Asked:
        asked = self.transfer_credit()
        transfer = call(transfer_credit, **asked).json["id"]
        path = asked["path"] | {"transfer_id": transfer}
        return {"as_": asked["as_"], "path": path, "body": {"reason": "To the wrong contract"}}

    def waive_payment(self) -> Asked:
        deal, payment = self.payment()
        self.world.sql(
            """UPDATE payments SET charge = 'LATE_FEE', installment_number = NULL, total_installments = NULL
               WHERE id = %(id)s""",
            id=payment,
        )
        assert call(send_invoice, as_=deal.owner, path={"payment_id": payment}).status < 300
        return {"as_": deal.owner, "path": {"payment_id": payment}, "body": {"reason": "Goodwill"}}

    def create_payment_plan(self) -> Asked:
        deal, payment = self.payment()
        installments = [{"due_date": "2100-01-01", "amount": 2000}, {"due_date": "2100-02-01", "amount": 3000}]
        body = {"payment_ids": [payment], "installments": installments}
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}, "body": body}

    def list_payment_plans(self) -> Asked:
        asked = self.create_payment_plan()
        assert call(create_payment_plan, **asked).status < 300
        return {"as_": asked["as_"], "path": asked["path"]}

    def cancel_payment_plan(self) -> Asked:
        asked = self.create_payment_plan()
        plan = call(create_payment_plan, **asked).json["id"]
        path = asked["path"] | {"plan_id": plan}
        return {"as_": asked["as_"], "path": path, "body": {"reason": "The client does not pay"}}

    def _with_credit(self) -> Asked:
        """A lease of one month, paid, with credit beyond it."""
        deal = Deal(self.world, call, months=1, client=self.client).signed()
        deal.run(schedule_payments, activate_contract)
        [payment] = self.world.sql("SELECT id FROM payments WHERE contract_id = %(id)s", id=deal.contract)
        body = {"paid_date": "2026-01-15", "payment_method": "cheque", "amount": 6000, "allow_credit": True}
        assert call(record_payment, as_=deal.owner, path={"payment_id": payment["id"]}, body=body).status < 300
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}}

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
