"""The owner's organization authorizes what both sides have signed, where its policy says so."""

import pytest

from functions.contracts.authorize_contract import authorize_contract
from functions.contracts.decline_contract import decline_contract
from functions.contracts.get_contract import get_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.end_holds import end_holds
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.notifications.notify_people import notify_people
from shared.kit.catalog import Role
from tests.call import together
from tests.contracts.enveloped import set_policy
from tests.leasing.deal import Deal


@pytest.fixture
def deal(world, call):
    """Signed by both, and not authorized yet."""
    deal = Deal(world, call)
    set_policy(world, deal.owner, requires_authorization=True)
    return deal.signed()


def authorize(deal, user, **body):
    return deal.call(authorize_contract, as_=user, path={"contract_id": deal.contract}, body=body)


def test_a_contract_with_both_signatures_waits_for_authorization(deal):
    row = deal.row()
    assert (row["status"], row["signature_status"], row["executed_at"]) == ("PENDING_SIGNATURE", "PENDING_ADMIN", None)
    assert "contract.fully_signed" not in deal.events()
    assert "contract.authorization_requested" in deal.events()


def test_an_authorization_executes_the_contract(deal, call):
    reply = authorize(deal, deal.owner, notes="Board of 12 March")

    assert (reply.status, reply.json["signature_status"]) == (200, "FULLY_SIGNED")
    assert deal.row()["executed_at"] is not None
    [event] = [one for one in deal.world.event_details(deal.contract) if one["name"] == "contract.fully_signed"]
    assert event["data"]["task_token"] == deal.row()["task_token"] is not None
    shown = call(get_contract, as_=deal.owner, path={"contract_id": deal.contract}).json["signatures"]
    assert [one["side"] for one in shown] == ["CLIENT", "OWNER", "ADMIN"]
    assert shown[2]["signature"] == deal.owner.name
    deal.run(schedule_payments, activate_contract)
    assert deal.row()["status"] == "SIGNED"


@pytest.mark.parametrize("who", ["a colleague", "the platform's administrator"])
def test_any_owner_of_the_organization_may_authorize_the_contract(deal, world, who):
    user = world.colleague(deal.owner) if who == "a colleague" else world.user(Role.SUPER_ADMIN)

    assert authorize(deal, user).status == 200
    assert deal.count("signatures") == 3


def test_only_owners_and_administrators_may_authorize_a_contract(deal, world):
    assert authorize(deal, deal.client).status == 403
    assert authorize(deal, world.owner()).status == 404
    assert deal.row()["signature_status"] == "PENDING_ADMIN"


def test_of_concurrent_authorizations_of_a_contract_one_counts(deal):
    replies = together([lambda: authorize(deal, deal.owner)] * 5)

    assert sorted(reply.status for reply in replies) == [200] + [409] * 4
    assert deal.events().count("contract.fully_signed") == 1


def test_without_a_policy_of_authorization_there_is_nothing_to_authorize(world, call):
    deal = Deal(world, call)
    assert authorize(deal, deal.owner).code == "NOT_TO_BE_AUTHORIZED"
    deal.signed()

    assert (authorize(deal, deal.owner).status, deal.row()["signature_status"]) == (409, "FULLY_SIGNED")


def test_a_contract_cannot_be_authorized_before_both_sides_have_signed(world, call):
    deal = Deal(world, call)
    set_policy(world, deal.owner, requires_authorization=True)
    deal.run(render_lease, request_signatures)
    deal.sign(deal.client)

    assert authorize(deal, deal.owner).code == "NOT_TO_BE_AUTHORIZED"


def test_a_changed_authorization_policy_does_not_affect_a_current_deal(deal, world):
    set_policy(world, deal.owner, requires_authorization=False)
    assert authorize(deal, deal.owner).status == 200

    later = Deal(world, deal.call)
    later.run(render_lease, request_signatures)
    set_policy(world, later.owner, requires_authorization=True)
    later.sign(later.client)
    assert later.sign(later.owner).json["signature_status"] == "FULLY_SIGNED"


def test_either_side_may_decline_until_the_contract_is_authorized(deal, call):
    reply = call(decline_contract, as_=deal.owner, path={"contract_id": deal.contract}, body={"reason": "The board"})

    assert reply.status == 200
    assert authorize(deal, deal.owner).code == "DEAL_DECLINED"


def test_the_hold_ends_if_nobody_authorizes_the_contract(deal):
    with deal.world.clock_moved(15):
        together([lambda: end_holds({}, None)] * 5)

    assert deal.events().count("contract.hold_ended") == 1
    assert deal.row()["termination_reason"] == "The hold ended before the lease was authorized."


def test_both_sides_are_notified_that_the_authorization_is_missing(deal, world, invoke):
    colleague = world.colleague(deal.owner)
    assert invoke(notify_people, *deal.world.event_details(deal.contract)) == []

    def told(user):
        sql = "SELECT title FROM notifications WHERE user_id = %(id)s ORDER BY id"
        return [row["title"] for row in deal.world.sql(sql, id=user.id)]

    for user in (deal.client, colleague):
        assert told(user)[-1] == "Authorization Requested"
    assert told(colleague).count("Lease Signed") == 1


def test_the_notes_of_an_authorization_are_limited_in_length(deal):
    assert authorize(deal, deal.owner, notes="x" * 1001).fields == ["notes"]
    assert authorize(deal, deal.owner, why="no such field").fields == ["why"]
