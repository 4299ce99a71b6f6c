"""For each HTTP operation a request that succeeds: what requests cost is counted and measured with these.

Signing in and up (auth/) have figures of their own and stand apart.
"""

import os
from functools import cached_property
from typing import Any

from functions.admin.suspend_user import suspend_user
from functions.bids.counter_bid import counter_bid
from functions.bids.place_bid import place_bid
from functions.contracts.create_contract import create_contract
from functions.contracts.download_contract import download_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.notifications.notify_people import notify_people
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.invite_member import invite_member
from functions.payments.record_payment import record_payment
from functions.payments.render_papers import render_papers
from functions.payments.reverse_payment import reverse_payment
from functions.spaces.add_favorite import add_favorite
from functions.spaces.save_search import save_search
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.call import call, invoke
from tests.contracts.docusign_server import connect_body, signed
from tests.contracts.enveloped import KEYS, EnvelopedDeal, set_policy
from tests.leasing.deal import Deal
from tests.world import ADDRESS, User, World

Asked = dict[str, Any]
"""What `tests.call.http_event` takes."""


class Successes:
    """`asked("place_bid")` is a request that will succeed once: whatever it needs is made first."""

    def __init__(self, world: World) -> None:
        self.world = world

    def asked(self, operation: str) -> Asked:
        """What the operation is to be called with; `as_` is None where nobody calls."""
        return {"as_": None, **getattr(self, operation)()}

    @cached_property
    def lease(self) -> Deal:
        """An executed lease with its schedule, whose sides were told of it."""
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        self.tell(deal.bid)
        return deal

    @cached_property
    def owner(self) -> User:
        return self.world.owner()

    @cached_property
    def client(self) -> User:
        return self.world.client()

    def tell(self, object_id: Any) -> None:
        assert invoke(notify_people, *self.world.event_details(object_id)) == []

    def bid(self) -> Any:
        body = {"space_id": self.world.space(self.owner), "bid_amount": 4000}
        return call(place_bid, as_=self.client, body=body).json["id"]

    def countered(self) -> Any:
        bid = self.bid()
        assert call(counter_bid, as_=self.owner, path={"bid_id": bid}, body={"counter_offer_amount": 4500}).status < 300
        return bid

    def out_for_signature(self) -> Deal:
        deal = Deal(self.world, call)
        deal.run(render_lease, request_signatures)
        return deal

    def payment(self, number: int = 0) -> Any:
        """An open instalment, of a lease of its own."""
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        sql = "SELECT id FROM payments WHERE contract_id = %(id)s ORDER BY due_date, id"
        return deal, self.world.sql(sql, id=deal.contract)[number]["id"]

    def paid(self) -> Any:
        deal, payment = self.payment()
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        assert call(record_payment, as_=deal.owner, path={"payment_id": payment}, body=body).status < 300
        return deal, payment

    @cached_property
    def paper(self) -> Any:
        """A paid instalment of a lease, with its invoice and its receipt rendered."""
        deal, payment = self.paid()
        assert invoke(render_papers, *self.world.event_details(payment)) == []
        return deal, payment

    # The inventory

    def create_building(self) -> Asked:
        return {"as_": self.owner, "body": {"name": "Tower", "address": ADDRESS, "total_floors": 3}}

    def list_buildings(self) -> Asked:
        self.world.building(self.owner)
        return {"as_": self.owner}

    def get_building(self) -> Asked:
        space = self.world.space(self.owner)
        [row] = self.world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=space)
        return {"path": {"building_id": row["building_id"]}}

    def update_building(self) -> Asked:
        path = {"building_id": self.world.building(self.owner)}
        return {"as_": self.owner, "path": path, "body": {"category": "RETAIL"}}

    def delete_building(self) -> Asked:
        return {"as_": self.owner, "path": {"building_id": self.world.building(self.owner)}}

    def list_floors(self) -> Asked:
        return {"as_": self.owner, "path": {"building_id": self.world.building(self.owner)}}

    def update_floor(self) -> Asked:
        floor = self.world.floor(self.world.building(self.owner))
        return {"as_": self.owner, "path": {"floor_id": floor}, "body": {"total_sqft": 9000}}

    def create_space(self) -> Asked:
        body = {
            "floor_id": self.world.floor(self.world.building(self.owner)),
            "name": "Suite",
            "gross_sqft": 10,
            "usable_sqft": 10,
            "usage_type": "OFFICE",
        }
        return {"as_": self.owner, "body": body}

    def get_space(self) -> Asked:
        return {"path": {"space_id": self.world.space(self.owner)}}

    def search_spaces(self) -> Asked:
        return {"query": {"min_sqft": 500, "max_price": 6000, "sort": "price_asc", "limit": 20}}

    def add_favorite(self) -> Asked:
        return {"as_": self.client, "path": {"space_id": self.world.space(self.owner)}}

    def remove_favorite(self) -> Asked:
        asked = self.add_favorite()
        assert call(add_favorite, **asked).status == 200
        return asked

    def list_favorites(self) -> Asked:
        return {"as_": self.client}

    def save_search(self) -> Asked:
        # Nobody's fiftieth.
        return {"as_": self.world.client(), "body": {"name": "Harbour", "criteria": {"q": "harbour"}}}

    def list_saved_searches(self) -> Asked:
        return {"as_": self.client}

    def delete_saved_search(self) -> Asked:
        asked = self.save_search()
        saved = call(save_search, **asked)
        return {"as_": asked["as_"], "path": {"saved_search_id": saved.json["id"]}}

    def update_space(self) -> Asked:
        return {"as_": self.owner, "path": {"space_id": self.world.space(self.owner)}, "body": {"name": "Suite 2"}}

    def delete_space(self) -> Asked:
        return {"as_": self.owner, "path": {"space_id": self.world.space(self.owner)}}

    # The negotiation

    def place_bid(self) -> Asked:
        return {"as_": self.client, "body": {"space_id": self.world.space(self.owner), "bid_amount": 4000}}

    def preview_bid(self) -> Asked:
        return {"as_": self.client, "body": {"space_id": self.world.space(self.owner), "bid_amount": 4000}}

    def list_bids(self) -> Asked:
        self.bid()
        return {"as_": self.client}

    def get_bid(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.bid()}}

    def counter_bid(self) -> Asked:
        return {"as_": self.owner, "path": {"bid_id": self.bid()}, "body": {"counter_offer_amount": 4500}}

    def accept_counter(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.countered()}, "body": {}}

    def revise_bid(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.countered()}, "body": {"bid_amount": 4200}}

    def approve_bid(self) -> Asked:
        return {"as_": self.owner, "path": {"bid_id": self.bid()}, "body": {}}

    def reject_bid(self) -> Asked:
        return {"as_": self.owner, "path": {"bid_id": self.bid()}, "body": {}}

    def withdraw_bid(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.bid()}, "body": {}}

    # The lease

    def list_contracts(self) -> Asked:
        return {"as_": self.lease.client}

    def get_contract(self) -> Asked:
        return {"as_": self.lease.client, "path": {"contract_id": self.lease.contract}}

    get_schedule = get_ledger = download_contract = download_statement = show_evidence = get_contract

    def verify_document(self) -> Asked:
        return {"body": call(download_contract, **self.get_contract()).body}

    def create_contract(self) -> Asked:
        body = {"space_id": self.world.space(self.owner), "client_id": self.client.id, "bid_amount": 4000}
        return {"as_": self.owner, "body": body}

    def send_contract(self) -> Asked:
        drafted = call(create_contract, **self.create_contract()).json["id"]
        return {"as_": self.owner, "path": {"contract_id": drafted}, "body": {}}

    def sign_contract(self) -> Asked:
        deal = self.out_for_signature()
        body = {"signature": deal.client.name, "consent": True}
        return {"as_": deal.client, "path": {"contract_id": deal.contract}, "body": body}

    def decline_contract(self) -> Asked:
        deal = self.out_for_signature()
        return {"as_": deal.client, "path": {"contract_id": deal.contract}, "body": {"reason": "No"}}

    def authorize_contract(self) -> Asked:
        deal = Deal(self.world, call)
        set_policy(self.world, deal.owner, requires_authorization=True)
        deal.signed()
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}, "body": {}}

    def renew_contract(self) -> Asked:
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}, "body": {"bid_amount": 5200}}

    def terminate_contract(self) -> Asked:
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        body = {"effective_date": "2027-06-16", "reason": "Moving out"}
        return {"as_": deal.client, "path": {"contract_id": deal.contract}, "body": body}

    def receive_docusign(self) -> Asked:
        _keep_docusign_keys()
        deal = EnvelopedDeal(self.world, call)
        deal.run(render_lease, request_signatures)
        envelope = str(new_id())
        deal.put_envelope(envelope)
        body = connect_body(envelope, "completed", completedDateTime="2025-01-27T12:00:00.1230000Z")
        return {"body": body.decode(), "headers": signed(body, KEYS["first"])}

    # The money

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

    def record_payment(self) -> Asked:
        deal, payment = self.payment()
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        return {"as_": deal.owner, "path": {"payment_id": payment}, "body": body}

    def reverse_payment(self) -> Asked:
        deal, payment = self.paid()
        return {"as_": deal.owner, "path": {"payment_id": payment}, "body": {"reason": "Bounced"}}

    def download_invoice(self) -> Asked:
        deal, payment = self.paper
        return {"as_": deal.client, "path": {"payment_id": payment}}

    download_receipt = download_invoice

    # People

    def get_profile(self) -> Asked:
        return {"as_": self.client}

    def update_profile(self) -> Asked:
        return {"as_": self.client, "body": {"title": "Director"}}

    def delete_account(self) -> Asked:
        return {"as_": self.world.client()}

    def issue_ticket(self) -> Asked:
        return {"as_": self.client, "body": {}}

    def list_notifications(self) -> Asked:
        return {"as_": self.lease.client}

    def mark_notification_read(self) -> Asked:
        bid = self.bid()
        self.tell(bid)
        sql = "SELECT id FROM notifications WHERE user_id = %(id)s AND read_at IS NULL ORDER BY id DESC LIMIT 1"
        [row] = self.world.sql(sql, id=self.owner.id)
        return {"as_": self.owner, "path": {"notification_id": row["id"]}, "body": {}}

    def mark_all_notifications_read(self) -> Asked:
        self.tell(self.bid())
        return {"as_": self.owner, "body": {}}

    # Organizations

    def get_organization(self) -> Asked:
        return {"as_": self.client}

    def update_organization(self) -> Asked:
        return {"as_": self.owner, "body": {"legal_name": f"Example {new_id().hex} LLC"}}

    def list_members(self) -> Asked:
        return {"as_": self.owner}

    def remove_member(self) -> Asked:
        return {"as_": self.owner, "path": {"user_id": self.world.colleague(self.owner, Role.AGENT).id}}

    def invite_member(self) -> Asked:
        return {"as_": self.owner, "body": {"email": f"{new_id().hex}@example.com", "role": "AGENT"}}

    def list_invitations(self) -> Asked:
        return {"as_": self.owner}

    def revoke_invitation(self) -> Asked:
        invited = call(invite_member, **self.invite_member())
        return {"as_": self.owner, "path": {"invitation_id": invited.json["id"]}}

    def grant_mandate(self) -> Asked:
        return {"as_": self.client, "body": {"broker_id": self.world.user(Role.BROKER).id}}

    def list_mandates(self) -> Asked:
        return {"as_": self.client}

    def revoke_mandate(self) -> Asked:
        granted = call(grant_mandate, **self.grant_mandate())
        return {"as_": self.client, "path": {"mandate_id": granted.json["id"]}}

    # Reports

    def show_rent_roll(self) -> Asked:
        return {"as_": self.lease.owner}

    show_occupancy = show_expirations = show_aging = show_rent_roll

    def show_stacking_plan(self) -> Asked:
        [building] = self.world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=self.lease.space)
        return {"as_": self.lease.owner, "path": building}

    # Administration

    @cached_property
    def admin(self) -> User:
        return self.world.user(Role.SUPER_ADMIN)

    def list_users(self) -> Asked:
        return {"as_": self.admin}

    def list_audit_logs(self) -> Asked:
        return {"as_": self.lease.owner}

    def change_role(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.world.client().id}, "body": {"role": "SUPPORT"}}

    def suspend_user(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.world.client().id}, "body": {"reason": "Forged papers"}}

    def restore_user(self) -> Asked:
        asked = self.suspend_user()
        call(suspend_user, **asked)
        return asked | {"body": {}}

    def remove_second_factor(self) -> Asked:
        user = self.world.client()
        self.world.sql("UPDATE users SET two_factor_enabled = true WHERE id = %(id)s", id=user.id)
        return {"as_": self.admin, "path": {"user_id": user.id}, "body": {}}

    def add_note(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.client.id}, "body": {"text": "Called about an invoice"}}

    def list_notes(self) -> Asked:
        return {"as_": self.admin, "path": {"user_id": self.client.id}}

    # The platform itself

    def check_health(self) -> Asked:
        return {}

    check_liveness = check_readiness = show_docs = show_openapi = show_asyncapi = check_health

    def show_docs_file(self) -> Asked:
        return {"path": {"file": "swagger-ui.css"}}


def _keep_docusign_keys() -> None:
    """The webhook's keys, as an operator fills them in, where no fixture has done so."""
    if "DOCUSIGN_KEYS_SECRET_ARN" not in os.environ:
        import json

        import boto3

        made = boto3.client("secretsmanager").create_secret(
            Name="docusign_keys_of_successes", SecretString=json.dumps(KEYS)
        )
        os.environ["DOCUSIGN_KEYS_SECRET_ARN"] = made["ARN"]
