"""How the operations of maintenance succeed: see tests/successes.py."""

from functools import cached_property
from typing import Any

from functions.maintenance.create_maintenance_plan import create_maintenance_plan
from functions.maintenance.quote_ticket import quote_ticket
from tests.call import call
from tests.cast import Asked, Cast
from tests.maintenance.tickets import BROKEN, House
from tests.world import User

QUOTE = {"amount": 480, "currency": "USD", "notes": "Parts included"}
COST = {"supplier": "Lifts Inc", "amount": 480, "tax_amount": 40, "currency": "USD", "date": "2026-01-15"}
PLAN = {
    "title": "Inspect the lift",
    "description": "The yearly inspection.",
    "category": "OTHER",
    "priority": "MEDIUM",
    "rrule": "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1",
    "starts_on": "2026-01-01",
    "lead_days": 14,
    "checklist": ["Ropes", "Brakes"],
}
BODIES: dict[str, dict[str, Any] | None] = {
    "accept_quote": {},
    "add_cost": COST,
    "add_thread": {"message": "It happened again this morning."},
    "answer_assignment": {"accept": True},
    "assign_ticket": {"contractor_id": "CONTRACTOR"},
    "create_ticket": {**BROKEN, "building_id": "LEASED"},
    "create_maintenance_plan": {**PLAN, "building_id": "LEASED"},
    "delete_maintenance_plan": None,
    "get_maintenance_plan": None,
    "list_maintenance_plans": None,
    "update_maintenance_plan": {"title": "Inspect the lifts"},
    "get_ticket": None,
    "invite_contractors": {"contractor_ids": "CONTRACTORS"},
    "list_tickets": None,
    "quote_ticket": QUOTE,
    "rate_ticket": {"stars": 5},
    "update_ticket": {"status": "CLOSED", "reason": "It was nothing"},
}


class Successes(Cast):
    @cached_property
    def house(self) -> House:
        return House(self.world)

    @cached_property
    def contractor(self) -> User:
        return self.house.contractor(trades=["lifts"])

    def accept_quote(self) -> Asked:
        asked = self.quote_ticket()
        quote = call(quote_ticket, **asked).json["id"]
        return {"as_": self.house.owner, "path": {**asked["path"], "quote_id": quote}, "body": {}}

    def add_cost(self) -> Asked:
        return {**self.get_ticket(), "as_": self.house.owner, "body": COST}

    def add_thread(self) -> Asked:
        return {**self.get_ticket(), "body": BODIES["add_thread"]}

    def answer_assignment(self) -> Asked:
        ticket = self.house.report()
        assert self.house.assign(ticket, self.contractor).status == 200
        return {"as_": self.contractor, "path": {"ticket_id": ticket["id"]}, "body": {"accept": True}}

    def assign_ticket(self) -> Asked:
        body = {"contractor_id": self.contractor.id}
        return {**self.get_ticket(), "as_": self.house.owner, "body": body}

    def create_maintenance_plan(self) -> Asked:
        return {"as_": self.house.owner, "body": {**PLAN, "building_id": self.house.building}}

    def get_maintenance_plan(self) -> Asked:
        plan = call(create_maintenance_plan, **self.create_maintenance_plan()).json["id"]
        return {"as_": self.house.owner, "path": {"maintenance_plan_id": plan}}

    delete_maintenance_plan = get_maintenance_plan

    def update_maintenance_plan(self) -> Asked:
        return {**self.get_maintenance_plan(), "body": {"rrule": "FREQ=MONTHLY;BYMONTHDAY=-1"}}

    def list_maintenance_plans(self) -> Asked:
        return {"as_": self.get_maintenance_plan()["as_"]}

    def create_ticket(self) -> Asked:
        return {"as_": self.house.client, "body": {**BROKEN, **self.house.place()}}

    def get_ticket(self) -> Asked:
        return {"as_": self.house.client, "path": {"ticket_id": self.house.report()["id"]}}

    def invite_contractors(self) -> Asked:
        body = {"contractor_ids": [self.contractor.id]}
        return {**self.get_ticket(), "as_": self.house.owner, "body": body}

    def list_tickets(self) -> Asked:
        return {"as_": self.get_ticket()["as_"]}

    def quote_ticket(self) -> Asked:
        ticket = self.house.report()
        assert self.house.invite(ticket, self.contractor).status == 200
        return {"as_": self.contractor, "path": {"ticket_id": ticket["id"]}, "body": QUOTE}

    def rate_ticket(self) -> Asked:
        ticket = self.house.resolved(self.house.report(), self.contractor)
        return {"as_": self.house.client, "path": {"ticket_id": ticket["id"]}, "body": {"stars": 5}}

    def update_ticket(self) -> Asked:
        return {**self.get_ticket(), "as_": self.house.owner, "body": {"priority": "URGENT"}}
