"""GET /changes: ascending, whole, and to each role what it may read."""

from uuid import UUID

import psycopg
import pytest

from functions.admin.suspend_user import suspend_user
from functions.bids.withdraw_bid import withdraw_bid
from functions.buildings.create_building import create_building
from functions.buildings.get_building import get_building
from functions.buildings.list_floors import list_floors
from functions.buildings.update_building import update_building
from functions.buildings.update_floor import update_floor
from functions.contracts.get_contract import get_contract
from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.remove_member import remove_member
from functions.organizations.revoke_mandate import revoke_mandate
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.spaces.create_space import create_space
from functions.spaces.delete_space import delete_space
from functions.spaces.get_space import get_space
from functions.users.delete_account import delete_account
from functions.webhooks.list_changes import list_changes
from functions.webhooks.send_due_deliveries import send_due_deliveries
from functions.webhooks.sweep_changes import sweep_changes
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.call import call as call_
from tests.imports.files import csv_of, imported, spaces
from tests.imports.test_import_leases import lease
from tests.leasing.deal import Deal
from tests.webhooks.receiver import deliver, drained, publish
from tests.webhooks.test_webhooks import bid
from tests.world import ADDRESS

NOTHING = "00000000-0000-0000-0000-000000000000"
INSERT = """
INSERT INTO public_events (id, organization_id, side, name, payload)
VALUES (%(id)s::uuid, %(organization_id)s, 'OWNER', 'bid.placed',
        '{"id":"' || %(id)s::uuid || '","event":"bid.placed","timestamp":"2026-01-01T00:00:00Z","data":{"version":1}}')
"""


def changes(user, **query):
    return call_(list_changes, as_=user, query=query)


def test_changes_come_in_order_page_by_page_and_the_cursor_is_never_null(world, call):
    owner = world.owner()
    assert changes(owner).json == {"data": [], "meta": {"cursor": NOTHING, "has_more": False}}
    assert changes(owner, after=NOTHING).json["data"] == []
    client = world.client()
    placed = [bid(world, call, owner, client)["id"] for _ in range(3)]

    first = changes(owner, limit=2).json
    rest = changes(owner, limit=2, after=first["meta"]["cursor"]).json

    assert [one["data"]["id"] for one in first["data"] + rest["data"]] == placed
    assert (first["meta"]["has_more"], rest["meta"]["has_more"]) == (True, False)
    last = rest["data"][-1]["id"]
    assert rest["meta"]["cursor"] == last
    assert changes(owner, after=last).json == {"data": [], "meta": {"cursor": last, "has_more": False}}


def test_a_transaction_that_commits_late_is_not_skipped(world, database):
    owner = world.owner()
    early, late = new_id(), new_id()
    with psycopg.connect(database) as slow:
        slow.execute(INSERT, {"id": str(early), "organization_id": owner.organization_id})
        world.sql(INSERT, id=str(late), organization_id=owner.organization_id)

        # The one that has ended waits for the other, whose place is before it.
        seen = changes(owner).json
        assert seen["data"] == []

    rest = changes(owner, after=seen["meta"]["cursor"]).json
    assert [one["id"] for one in rest["data"]] == [str(early), str(late)]


def test_types_are_chosen_and_unknown_ones_refused(world, call):
    owner, client = world.owner(), world.client()
    placed = bid(world, call, owner, client)
    assert call(withdraw_bid, as_=client, path={"bid_id": placed["id"]}).status == 200
    publish(world, placed["id"])

    assert [one["event"] for one in changes(owner, types="bid.withdrawn,bid.approved").json["data"]] == [
        "bid.withdrawn"
    ]
    refused = changes(owner, types="bid.withdrawn,session.started")
    assert (refused.status, refused.fields) == (400, ["types"])


@pytest.mark.parametrize("after", ["unknown", "foreign"])
def test_an_event_that_the_caller_cannot_read_is_no_place_to_go_on_from(world, call, after):
    owner, stranger = world.owner(), world.owner()
    bid(world, call, stranger)
    ids = {"unknown": str(new_id()), "foreign": changes(stranger).json["data"][0]["id"]}

    refused = changes(owner, after=ids[after])

    assert (refused.status, refused.fields) == (400, ["after"])


def test_after_thirty_days_events_are_gone_and_deleted(world, call):
    owner = world.owner()
    bid(world, call, owner)
    old = changes(owner).json["data"][0]["id"]
    world.sql("UPDATE public_events SET created_at = now() - interval '31 days' WHERE id = %(id)s", id=old)

    assert changes(owner).json["data"] == []
    assert changes(owner, after=old).status == 400
    sweep_changes({}, None)
    assert world.sql("SELECT id FROM public_events WHERE id = %(id)s", id=old) == []


def test_each_role_gets_the_events_of_what_it_may_read(world, call):
    deal = Deal(world, call).signed()
    deal.run(schedule_payments, activate_contract)
    payment = call(list_payments, as_=deal.owner).json["data"][0]["id"]
    money = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    assert call(record_payment, as_=deal.owner, path={"payment_id": payment}, body=money).status == 200
    for thing in (deal.bid, deal.contract, payment):
        publish(world, thing)
    officer = world.colleague(deal.owner, Role.FINANCIAL_OFFICER)

    events = {one["event"] for one in changes(deal.owner, limit=100).json["data"]}
    assert {"bid.placed", "contract.activated", "payment.recorded", "payment.succeeded"} <= events
    assert {one["event"] for one in changes(deal.client, limit=100).json["data"]} == events
    theirs = {one["event"] for one in changes(officer, limit=100).json["data"]}
    assert theirs == {name for name in events if name.split(".")[0] in ("payment", "invoice", "credit_note")}
    assert changes(world.colleague(deal.owner, Role.AGENT)).status == 403


def test_a_broker_hears_of_a_client_only_while_the_mandate_lasts(world, call, hook, receiver):
    owner, client, broker = world.owner(), world.client(), world.user(Role.BROKER)
    world.sql("DELETE FROM webhook_deliveries")
    webhook = hook(broker, receiver.url)
    mandate = call(grant_mandate, as_=client, body={"broker_id": str(broker.id)}).json["id"]
    bid(world, call, owner, client)
    assert [one["event"] for one in changes(broker).json["data"]] == ["bid.placed"]

    # The event is on its way to the receiver when the right is lost.
    world.sql("UPDATE webhook_deliveries SET claim = NULL, claimed_until = NULL")
    revoked = call(revoke_mandate, as_=client, path={"mandate_id": mandate})
    assert revoked.status < 300
    drained("webhooks")
    send_due_deliveries({}, None)
    deliver()

    assert receiver.heard == []
    sql = "SELECT status, next_attempt_at FROM webhook_deliveries WHERE webhook_id = %(id)s"
    [row] = world.sql(sql, id=webhook["id"])
    assert (row["status"], row["next_attempt_at"]) == ("PARKED", None)
    assert changes(broker).json["data"] == []
    assert UUID(changes(broker).json["meta"]["cursor"]) == UUID(NOTHING)


def test_members_are_told_of_until_they_are_gone(world, call):
    owner, admin = world.owner(), world.user(Role.SUPER_ADMIN)
    colleague = world.colleague(owner, Role.AGENT)
    suspended = call(suspend_user, as_=admin, path={"user_id": str(colleague.id)}, body={})
    assert suspended.status == 200
    assert call(remove_member, as_=owner, path={"user_id": str(colleague.id)}).status == 204
    publish(world, colleague.id)

    told = changes(owner, types="member.updated,member.removed").json["data"]
    # Whoever is gone cannot be shown any more, as they were in between.
    assert [one["event"] for one in told] == ["member.removed"]
    assert told[0]["data"]["id"] == str(colleague.id)

    other = world.colleague(owner, Role.AGENT)
    assert call(suspend_user, as_=admin, path={"user_id": str(other.id)}, body={}).status == 200
    publish(world, other.id)
    [updated] = changes(owner, types="member.updated").json["data"]
    assert (updated["data"]["id"], updated["data"]["status"]) == (str(other.id), "SUSPENDED")

    last = world.colleague(owner, Role.AGENT)
    assert call(delete_account, as_=last).status == 204
    publish(world, last.id)
    assert [one["data"]["id"] for one in changes(owner, types="member.removed").json["data"]] == [
        str(colleague.id),
        str(last.id),
    ]


def test_both_sides_hear_of_a_lease_that_was_imported(world, call):
    owner = world.owner()
    imported(world, import_buildings, owner, csv_of(spaces(1)))
    imported(world, import_leases, owner, csv_of([lease(world)]), "leases.csv")
    [contract] = world.sql(
        "SELECT id FROM contracts WHERE owner_organization_id = %(owner)s", owner=owner.organization_id
    )
    publish(world, contract["id"])

    [told] = changes(owner, types="contract.imported").json["data"]
    shown = call(get_contract, as_=owner, path={"contract_id": contract["id"]}).json
    told["data"].pop("version")
    shown.pop("version", None)
    assert told["data"] == shown


def test_an_owner_hears_of_the_inventory_as_its_get_answers_it(world, call):
    owner = world.owner()
    building = call(create_building, as_=owner, body={"name": "Tower", "address": ADDRESS, "total_floors": 1}).json[
        "id"
    ]
    assert call(update_building, as_=owner, path={"building_id": building}, body={"name": "North"}).status == 200
    [floor] = call(list_floors, as_=owner, path={"building_id": building}).json["data"][:1]
    assert call(update_floor, as_=owner, path={"floor_id": floor["id"]}, body={"total_sqft": 100}).status == 200
    suite = {"name": "Suite", "gross_sqft": 10, "usable_sqft": 10, "usage_type": "OFFICE"}
    space = call(create_space, as_=owner, body=suite | {"floor_id": floor["id"]}).json["id"]
    for thing in (building, floor["id"], space):
        publish(world, thing)

    told = {one["event"]: one["data"] for one in changes(owner).json["data"]}
    assert all(data.pop("version") for data in told.values())
    assert set(told) == {"building.created", "building.updated", "floor.updated", "space.created"}
    assert told["building.updated"] == call(get_building, as_=owner, path={"building_id": building}).json
    assert told["floor.updated"] == call(list_floors, as_=owner, path={"building_id": building}).json["data"][0]
    assert told["space.created"] == call(get_space, as_=owner, path={"space_id": space}).json
    assert call(delete_space, as_=owner, path={"space_id": space}).status == 204
    publish(world, space)
    assert changes(owner, types="space.deleted").json["data"][0]["data"]["id"] == space
