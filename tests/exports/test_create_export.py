"""Asking for an export: who may have what, and what a request may say."""

import pytest

from functions.exports.create_export import create_export
from functions.exports.get_export import get_export
from functions.exports.list_exports import list_exports
from shared.exports.kinds import KINDS, ExportKind, kinds_of
from shared.kit.catalog import Role
from tests.call import ids_in, other_id
from tests.leasing.deal import Deal


@pytest.fixture
def owner(world):
    return world.owner()


def test_an_export_is_asked_for_and_waits(world, exporting, owner):
    reply = exporting.ask(owner, "PAYMENTS", "CSV")

    assert (reply.status, reply.json["status"], reply.json["url"]) == (202, "QUEUED", None)
    assert world.events(reply.json["id"]) == ["export.requested"]
    [audit] = world.audits(reply.json["id"])
    assert (audit["user_id"], audit["after"]["kind"]) == (owner.id, "PAYMENTS")


@pytest.mark.parametrize("role", [Role.OWNER, Role.FINANCIAL_OFFICER, Role.CLIENT, Role.BROKER])
def test_each_role_exports_its_kinds_and_no_others(world, exporting, role):
    user = world.user(role)

    asked = {kind: exporting.ask(user, kind).status for kind in ExportKind}

    assert asked == {kind: 202 if kind in kinds_of(role) else 403 for kind in ExportKind}


def test_the_kinds_of_each_role_are_those_of_the_specification():
    books = {"PAYMENTS", "INVOICES", "LEDGER", "JOURNAL", "RENT_ROLL"}
    clients = {"PAYMENTS", "INVOICES", "CONTRACTS"}
    assert kinds_of(Role.OWNER) == set(KINDS)
    assert kinds_of(Role.FINANCIAL_OFFICER) == books
    assert kinds_of(Role.CLIENT) == kinds_of(Role.BROKER) == clients
    assert kinds_of(Role.AGENT) == kinds_of(Role.CONTRACTOR) == set()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"from": "2027-02-01", "to": "2027-01-31"}, "to"),
        ({"from": "2027-02-30"}, "from"),
        ({"kind": "EVERYTHING"}, "kind"),
        ({"format": "PDF"}, "format"),
        ({"kind": "ALL", "format": "CSV"}, "format"),
        ({"kind": "ALL", "format": "JSONL", "building_id": "00000000-0000-7000-8000-000000000000"}, "building_id"),
        ({"format": "JSON", "bom": True}, "bom"),
        ({"begins": "2027-02-01"}, "begins"),
    ],
)
def test_an_impossible_request_is_refused_by_field(exporting, owner, call, body, field):
    reply = call(create_export, as_=owner, body={"kind": "PAYMENTS", "format": "CSV"} | body)

    assert (reply.status, reply.fields) == (400, [field])


def test_a_building_has_to_be_ones_own_or_rented(world, exporting, call):
    deal = Deal(world, call)
    building = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=deal.space)[0]["building_id"]
    officer = world.colleague(deal.owner, Role.FINANCIAL_OFFICER)

    for user in (deal.owner, deal.client, officer):
        assert exporting.ask(user, "PAYMENTS", building_id=building).status == 202
    for user in (world.owner(), world.client()):
        assert exporting.ask(user, "PAYMENTS", building_id=building).status == 404
        assert exporting.ask(user, "PAYMENTS", building_id=other_id()).status == 404


def test_an_administrator_names_the_organization_and_gets_what_it_would_get(world, exporting, call):
    deal, admin = Deal(world, call).signed(), world.user(Role.SUPER_ADMIN)
    for side in (deal.owner, deal.client):
        found = exporting.rows(admin, "CONTRACTS", organization_id=side.organization_id)
        assert [row["id"] for row in found] == [deal.contract]
    assert exporting.rows(admin, "CONTRACTS", organization_id=world.owner().organization_id) == []

    unnamed, unknown = exporting.ask(admin, "CONTRACTS"), exporting.ask(admin, "CONTRACTS", organization_id=other_id())

    assert (unnamed.status, unnamed.fields, unknown.status) == (400, ["organization_id"], 404)
    # A client's organization has no journal.
    assert exporting.ask(admin, "JOURNAL", organization_id=deal.client.organization_id).status == 403


def test_nobody_else_names_another_organization(world, exporting, owner):
    other = world.owner()

    assert exporting.ask(owner, "PAYMENTS", organization_id=other.organization_id).status == 404
    assert exporting.ask(owner, "PAYMENTS", organization_id=owner.organization_id).status == 202


def test_colleagues_see_the_exports_that_their_role_may_ask_for(world, exporting, call, owner):
    officer, second = world.colleague(owner, Role.FINANCIAL_OFFICER), world.colleague(owner)
    payments = exporting.ask(owner, "PAYMENTS").json["id"]
    audit = exporting.ask(owner, "AUDIT").json["id"]
    mine = exporting.ask(officer, "JOURNAL").json["id"]

    assert ids_in(list_exports, as_=second) == [mine, audit, payments]
    assert ids_in(list_exports, as_=officer, query={"limit": 1}) == [mine, payments]
    assert call(get_export, as_=officer, path={"export_id": audit}).status == 404
    for stranger in (world.owner(), world.client()):
        assert ids_in(list_exports, as_=stranger) == []
        assert call(get_export, as_=stranger, path={"export_id": payments}).status == 404


def test_a_brokers_export_is_for_its_author_alone(world, exporting, call):
    broker = world.user(Role.BROKER)
    colleague = world.colleague(broker)
    export = exporting.ask(broker, "PAYMENTS").json["id"]

    assert call(get_export, as_=broker, path={"export_id": export}).status == 200
    assert call(get_export, as_=colleague, path={"export_id": export}).status == 404


def test_support_sees_how_an_export_goes_and_not_what_is_in_it(world, exporting, owner):
    export = exporting.made(owner, "SPACES")

    seen = exporting.get(world.user(Role.SUPPORT), export["id"]).json

    assert (seen["status"], seen["url"], export["url"] is not None) == ("COMPLETED", None, True)


def test_exports_are_listed_by_kind_and_status(exporting, owner, call):
    done = exporting.made(owner, "SPACES")["id"]
    waiting = exporting.ask(owner, "BIDS").json["id"]

    assert ids_in(list_exports, as_=owner, query={"kind": "BIDS"}) == [waiting]
    assert ids_in(list_exports, as_=owner, query={"status": "COMPLETED"}) == [done]
