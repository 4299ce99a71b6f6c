"""The table of roles (shared/organizations/roles.py) says what spec says, and operations say what the table says."""

from typing import Any, get_args

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.counter_bid import counter_bid
from functions.bids.list_bids import list_bids
from functions.bids.place_bid import place_bid
from functions.buildings.create_building import create_building
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.reverse_payment import reverse_payment
from functions.spaces.create_space import create_space
from shared.auth.models import Registration
from shared.kit import catalog
from shared.kit.catalog import EVERY_ROLE, STAFF, Role
from shared.organizations.models import InvitedRole
from shared.organizations.roles import ROLES, Right, Source, may
from tests.architecture.test_walls import no_predicates, no_security  # noqa: F401 (fixtures)
from tests.leasing.deal import Deal
from tests.organizations.invited import accept, invite
from tests.world import ADDRESS, User

GUARDED = [operation for operation in catalog.requested(catalog.load()) if operation.access]
EVERYBODYS = {operation.name for operation in GUARDED if operation.access == EVERY_ROLE}


def may_call(role: Role) -> set[str]:
    """What the role may beyond everybody."""
    return {operation.name for operation in GUARDED if role in operation.access} - EVERYBODYS


def domains(names: set[str]) -> set[str]:
    return {operation.word for operation in GUARDED if operation.name in names}


def test_each_role_is_obtained_as_specified():
    by_source = {source: {role for role, row in ROLES.items() if row.got_by is source} for source in Source}

    assert by_source == {
        Source.REGISTRATION: {Role.OWNER, Role.CLIENT, Role.BROKER, Role.CONTRACTOR},
        Source.INVITATION: {Role.AGENT, Role.FINANCIAL_OFFICER},
        Source.SUPER_ADMIN: {Role.SUPPORT, Role.SUPER_ADMIN},
    }
    assert set(get_args(Registration.model_fields["role"].annotation)) == by_source[Source.REGISTRATION]
    assert set(get_args(InvitedRole)) == {role for row in ROLES.values() for role in row.invites}
    assert by_source[Source.INVITATION] <= set(get_args(InvitedRole))


@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.name)
def test_an_operation_is_open_to_every_user_or_takes_its_roles_from_the_table(operation):
    staff = {Role.SUPER_ADMIN} | ({Role.SUPPORT} if operation.method == "GET" else set())

    assert operation.access in (EVERY_ROLE, *(may(right) | staff for right in Right))


def test_an_agent_manages_buildings_and_bids_but_no_money_and_no_signatures():
    assert domains(may_call(Role.AGENT)) == {"buildings", "spaces", "bids", "messages", "maintenance", "contractors"}
    assert "accept_quote" not in may_call(Role.AGENT)
    assert {"approve_bid", "reject_bid", "counter_bid", "create_building", "update_space"} <= may_call(Role.AGENT)
    assert may_call(Role.AGENT) < may_call(Role.OWNER)


def test_a_financial_officer_manages_money_and_nothing_else():
    words = ("exports", "integrations", "journal", "payments", "reports", "taxes")
    money = {operation.name for operation in GUARDED if operation.word in words}

    assert may_call(Role.FINANCIAL_OFFICER) == money | {
        "get_schedule",
        "get_ledger",
        "download_statement",
        "list_changes",
    }
    assert may_call(Role.FINANCIAL_OFFICER) < may_call(Role.OWNER)


def test_a_broker_may_do_what_a_client_may_except_granting_mandates():
    tenants = {operation.name for operation in GUARDED if operation.word == "maintenance"} & may_call(Role.CLIENT)
    assert may_call(Role.CLIENT) - may_call(Role.BROKER) == {"grant_mandate", "revoke_mandate"} | tenants
    assert may_call(Role.BROKER) <= may_call(Role.CLIENT)


def test_owners_do_not_bid_and_bidders_do_not_manage_buildings():
    both = may_call(Role.OWNER) & may_call(Role.CLIENT)

    assert not {"place_bid", "approve_bid", "create_space", "record_payment"} & both
    assert {"sign_contract", "decline_contract", "list_payments"} <= both


def test_a_contractor_does_maintenance_and_manages_their_organization_and_nothing_else():
    assert domains(may_call(Role.CONTRACTOR)) == {"maintenance", "contractors", "organizations"}
    assert not {"create_ticket", "assign_ticket", "accept_quote", "rate_ticket"} & may_call(Role.CONTRACTOR)


def test_support_reads_everything_and_writes_nothing_but_notes_and_interventions():
    methods = {operation.name: operation.method for operation in GUARDED}

    assert {name for name, method in methods.items() if method == "GET"} <= may_call(Role.SUPPORT) | EVERYBODYS
    assert {name for name in may_call(Role.SUPPORT) if methods[name] != "GET"} == {"add_note", "intervene"}


def test_a_super_admin_may_do_everything():
    assert may_call(Role.SUPER_ADMIN) | EVERYBODYS == {operation.name for operation in GUARDED}
    assert ROLES[Role.SUPER_ADMIN].may == set(Right)


def test_nobody_can_invite_staff():
    assert not STAFF & {role for row in ROLES.values() for role in row.invites}


def joined(owner: User, role: Role) -> User:
    """Somebody who accepted the owner's invitation, by what the answer says."""
    from uuid import UUID

    from shared.kit import tokens

    reply = accept(invite(owner, role)).json
    session = tokens.verify(reply["token"])["sid"]
    user = reply["user"]
    return User(UUID(user["id"]), owner.organization_id, role, user["email"], user["name"], UUID(session))


def test_an_invited_agent_lists_a_space_and_concludes_a_bid_on_it(world, call):
    owner, client = world.owner(), world.client()
    agent = joined(owner, Role.AGENT)

    building = call(create_building, as_=agent, body={"name": "T", "address": ADDRESS, "total_floors": 1})
    body: dict[str, Any] = {"name": "S", "gross_sqft": 10, "usable_sqft": 10, "usage_type": "OFFICE"}
    floor = building.json["floors"][0]["id"]
    space = call(create_space, as_=agent, body=body | {"floor_id": floor, "base_price_monthly": 1, "currency": "USD"})
    bid = call(place_bid, as_=client, body={"space_id": space.json["id"], "bid_amount": 4000}).json["id"]
    countered = call(counter_bid, as_=agent, path={"bid_id": bid}, body={"counter_offer_amount": 4500})
    assert (building.status, space.status, countered.status) == (201, 201, 200)
    other = call(place_bid, as_=world.client(), body={"space_id": space.json["id"], "bid_amount": 4600}).json["id"]
    approved = call(approve_bid, as_=agent, path={"bid_id": other}, body={})

    assert (approved.status, approved.json["status"]) == (200, "APPROVED")
    [contract] = world.sql("SELECT owner_id, created_by FROM contracts WHERE bid_id = %(id)s", id=other)
    assert contract == {"owner_id": owner.id, "created_by": agent.id}
    assert [one["id"] for one in call(list_bids, as_=owner).json["data"]] == [other, bid]
    assert call(list_payments, as_=agent).status == 403


def test_an_invited_financial_officer_records_payments_and_sees_no_bid(world, call):
    deal = Deal(world, call).signed()
    deal.run(schedule_payments, activate_contract)
    officer = joined(deal.owner, Role.FINANCIAL_OFFICER)
    path = {"payment_id": call(list_payments, as_=officer).json["data"][0]["id"]}

    body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    recorded = call(record_payment, as_=officer, path=path, body=body)
    reversed_ = call(reverse_payment, as_=officer, path=path, body={"reason": "Bounced"})

    assert (recorded.json["status"], reversed_.status) == ("PAID", 200)
    assert call(list_bids, as_=officer).status == 403


@pytest.mark.parametrize("wall", ["both", "no_predicates", "no_security"])
def test_a_clients_financial_officer_reads_and_records_no_payments(world, call, wall, request):
    """Nor does it behind either wall alone."""
    deal = Deal(world, call).signed()
    deal.run(schedule_payments, activate_contract)
    officer = joined(deal.client, Role.FINANCIAL_OFFICER)
    path = {"payment_id": call(list_payments, as_=officer).json["data"][0]["id"]}
    if wall != "both":
        request.getfixturevalue(wall)

    body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    recorded = call(record_payment, as_=officer, path=path, body=body)
    assert call(record_payment, as_=deal.owner, path=path, body=body).status == 200
    reversed_ = call(reverse_payment, as_=officer, path=path, body={"reason": "Bounced"})

    assert (recorded.status, reversed_.status) == (404, 404)
    [row] = world.sql("SELECT status FROM payments WHERE id = %(id)s", id=path["payment_id"])
    assert row["status"] == "PAID"
