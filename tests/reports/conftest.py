"""A portfolio made by hand: spaces, leases and money with the days and amounts that a test wants to calculate with."""

import json
from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from shared.kit.ids import new_id


class Portfolio:
    """One owner with one building in UTC, `floors` high."""

    def __init__(self, world, floors=3, timezone="UTC"):
        self.world = world
        self.owner = world.owner()
        self.building = world.building(self.owner, floors=floors, timezone=timezone)
        self.timezone = timezone
        self.numbers = count(1000)

    def space(self, name, sqft=1000, floor=1, **changes):
        return self.world.space(
            self.owner,
            building=self.building,
            floor_id=self.world.floor(self.building, floor),
            name=name,
            gross_sqft=Decimal(sqft),
            usable_sqft=1,
            **changes,
        )

    def lease(self, space, tenant="Berg Analytics", start="2026-01-01", end="2026-12-31", rent=5000, **changes):
        """An executed lease; `activated` is the moment since when it is."""
        client = self.world.client()
        contract = new_id()
        columns = {
            "id": contract,
            "space_id": space,
            "building_id": self.building,
            "owner_id": self.owner.id,
            "owner_organization_id": self.owner.organization_id,
            "client_id": client.id,
            "client_organization_id": client.organization_id,
            "start_date": date.fromisoformat(start),
            "end_date": date.fromisoformat(end) if end else None,
            "term_months": 12,
            "base_rent": Decimal(rent),
            "owner_party": json.dumps({"legal_name": "Tower Holdings", "name": "Olga Stone"}),
            "client_party": json.dumps({"legal_name": tenant, "name": "Carl Berg"}),
            "premises": json.dumps(
                {
                    "building": {
                        "id": str(self.building),
                        "name": "Tower",
                        "timezone": self.timezone,
                        "address": {"street": "1 Main St", "city": "X", "country": "USA"},
                    },
                    "space": {"id": str(space), "name": "Suite"},
                    "floor_number": 1,
                    "gross_sqft": 1000,
                }
            ),
            "status": "ACTIVE",
            "activated_at": "2020-01-01T00:00:00Z",
            **{name: json.dumps(value) if isinstance(value, dict) else value for name, value in changes.items()},
        }
        names, marks = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
        self.world.sql(f"INSERT INTO contracts ({names}) VALUES ({marks})", **columns)
        return contract

    def payment(self, contract, due, amount, charge="RENT", *, invoiced=True, **changes):
        """An installment of a contract, invoiced on the day it is due unless its invoice is the test's business."""
        payment = new_id()
        columns = {
            "id": payment,
            "charge": charge,
            "period_start": due,
            "amount": amount,
            "due_date": due,
            "installment_number": 1 if charge == "RENT" else None,
            "total_installments": 1 if charge == "RENT" else None,
            **changes,
        }
        names, marks = ", ".join(columns), ", ".join(f"%({name})s" for name in columns)
        self.world.sql(
            f"""INSERT INTO payments (contract_id, owner_organization_id, client_organization_id, payer_id, currency,
                                      {names})
                SELECT c.id, c.owner_organization_id, c.client_organization_id, c.client_id, c.currency, {marks}
                FROM contracts c WHERE c.id = %(contract)s""",
            contract=contract,
            **columns,
        )
        if invoiced and changes.get("status") != "CANCELLED":
            self.invoice(payment, due, next(self.numbers), tax=changes.get("tax_amount", 0))
        return payment

    def invoice(self, payment, issued_on, number, kind="INVOICE", amount=None, credits=None, tax=0):
        """An invoice of a payment, or a credit note."""
        invoice = new_id()
        self.world.sql(
            """INSERT INTO invoices (id, contract_id, payment_id, owner_organization_id, client_organization_id, kind,
                                     number, credits_invoice_id, net_amount, tax_amount, total_amount, issued_on,
                                     due_date, owner_party, client_party)
               SELECT %(id)s, p.contract_id, p.id, p.owner_organization_id, p.client_organization_id, %(kind)s,
                      %(number)s, %(credits)s, coalesce(%(amount)s, p.amount), %(tax)s,
                      coalesce(%(amount)s, p.amount) + %(tax)s,
                      %(issued_on)s, p.due_date, '{}', '{}'
               FROM payments p WHERE p.id = %(payment)s""",
            id=invoice,
            payment=payment,
            kind=kind,
            number=number,
            credits=credits,
            amount=amount,
            tax=tax,
            issued_on=issued_on,
        )
        return invoice

    def money(self, payment, paid_date, amount, kind="PAYMENT", reverses=None):
        """A transaction."""
        transaction = new_id()
        self.world.sql(
            """INSERT INTO payment_transactions (id, payment_id, contract_id, owner_organization_id,
                                                 client_organization_id, kind, amount, currency, paid_date, reverses_id)
               SELECT %(id)s, p.id, p.contract_id, p.owner_organization_id, p.client_organization_id, %(kind)s,
                      %(amount)s, p.currency, %(paid_date)s, %(reverses)s
               FROM payments p WHERE p.id = %(payment)s""",
            id=transaction,
            payment=payment,
            kind=kind,
            amount=amount,
            paid_date=paid_date,
            reverses=reverses,
        )
        return transaction

    def long_ago(self):
        """Its spaces were entered in 2020, and so were there on the days that are asked about."""
        self.world.sql("UPDATE spaces SET created_at = '2020-01-01' WHERE building_id = %(id)s", id=self.building)
        return self


@pytest.fixture
def portfolio(world):
    return Portfolio(world)


@pytest.fixture
def portfolios(world):
    """More of them, or others."""
    return lambda **differently: Portfolio(world, **differently)
