"""Who may do what: role × operation × {own, same organization, other organization, missing}, from the catalog.

An operation without a body in its word's successes.py fails here: nobody adds one without saying who may call it.
"""

import importlib
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from functions.admin.add_note import add_note
from functions.exports.change_export_schedule import change_export_schedule
from functions.exports.create_export import create_export
from functions.favorites.add_favorite import add_favorite
from functions.flags.change_flag import change_flag
from functions.imports.import_buildings import import_buildings
from functions.integrations.start_integration import start_integration
from functions.journal.change_accounts import change_accounts
from functions.maintenance.add_cost import add_cost
from functions.maintenance.create_maintenance_plan import create_maintenance_plan
from functions.maintenance.quote_ticket import quote_ticket
from functions.messages.open_conversation import open_conversation
from functions.notifications.list_notifications import list_notifications
from functions.notifications.notify_people import notify_people
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.invite_member import invite_member
from functions.payments.create_payment_plan import create_payment_plan
from functions.payments.credit_invoice import credit_invoice
from functions.payments.list_payments import list_payments
from functions.payments.publish_index import publish_index
from functions.payments.record_payment import record_payment
from functions.phones.register_device import register_device
from functions.search.save_search import save_search
from functions.taxes.change_tax_code import change_tax_code
from functions.webhooks.create_webhook import create_webhook
from functions.webhooks.ping_webhook import ping_webhook
from shared.bids import queries as bid_queries
from shared.contracts import queries as contract_queries
from shared.kit import catalog
from shared.kit.catalog import Role
from shared.kit.endpoint import Endpoint
from shared.kit.fields import Query
from shared.kit.paging import Paged
from shared.organizations import queries as organization_queries
from shared.payments import queries as payment_queries
from tests.call import call, invoke, other_id
from tests.files.pictures import picture, upload
from tests.imports.files import csv_of, imported, row
from tests.integrations.rows import apps, connected
from tests.leasing.deal import Deal
from tests.maintenance.successes import PLAN
from tests.maintenance.tickets import House
from tests.successes import BODIES

OPERATIONS = {operation.name: operation for operation in catalog.of_kind(catalog.HttpOperation, catalog.load())}
GUARDED = [operation for operation in OPERATIONS.values() if operation.access]

OWNERS_SIDE = {Role.OWNER, Role.AGENT, Role.FINANCIAL_OFFICER}
SEES_ALL = {Role.SUPPORT, Role.SUPER_ADMIN}


@dataclass
class Stage:
    """One executed lease with everything around it, and what each operation needs to be tried on it."""

    deal: Any
    ids: dict[str, Any]
    bodies: dict[str, Any]
    contractor: Any


# Whose id an operation takes is one person's own, not an organization's.
PERSONAL = {
    "end_session",
    "delete_device",
    "mark_notification_read",
    "mark_notification_unread",
    "remove_favorite",
    "delete_saved_search",
    "complete_upload",
    "delete_upload",
    "add_message",
    "get_conversation",
    "list_messages",
    "list_messages_with",
    "mark_conversation_read",
    "report_message",
    "take_back_message",
    "unblock_user",
}
# Their object may be taken by any caller who sees it: a listed space takes anybody's bid.
TAKES_LISTED = {"place_bid", "preview_bid", "add_favorite"}
# What they name is the caller's own, whatever the name.
NAMED = {"change_period", "change_tax_code", "publish_index"} | {
    operation.name for operation in GUARDED if "{provider}" in operation.path
}
OPEN_TO_OTHERS = (
    "{} does not answer 404 where the object is another organization's. If anybody who sees it may take it, name the "
    "operation in TAKES_LISTED (tests/architecture/test_access.py)."
)


@pytest.fixture(scope="module")
def stage(_world):
    from functions.leasing.activate_contract import activate_contract
    from functions.leasing.schedule_payments import schedule_payments

    owner = _world.owner()
    zero = {"category": "ZERO"}
    assert call(change_tax_code, as_=owner, path={"code": "VAT"}, body=zero).status == 200
    deal = Deal(_world, call, owner=owner, tax_codes={"RENT": "VAT"})
    deal.signed().run(schedule_payments, activate_contract)
    events = [event for event in _world.event_details(deal.bid) if event["name"] == "bid.approved"]
    assert invoke(notify_people, *events) == []
    [space] = _world.sql("SELECT floor_id, building_id FROM spaces WHERE id = %(id)s", id=deal.space)
    notification = call(list_notifications, as_=deal.client).json["data"][0]["id"]
    payment, other = (one["id"] for one in call(list_payments, as_=deal.client).json["data"][:2])
    money = {"paid_date": "2026-01-15", "payment_method": "cheque", "amount": 1}
    assert call(record_payment, as_=deal.owner, path={"payment_id": other}, body=money).status == 200
    [invoice] = _world.sql("SELECT id FROM invoices WHERE payment_id = %(id)s", id=other)
    granted = {"amount": 1, "reason": "Granted"}
    note = call(credit_invoice, as_=deal.owner, path={"invoice_id": invoice["id"]}, body=granted)
    assert note.status == 201, note.json
    refund, transfer = other_id(), other_id()
    for kind, transaction in (("TRANSFER_IN", other_id()), ("REFUND", refund), ("TRANSFER_OUT", transfer)):
        _world.sql(
            """INSERT INTO payment_transactions (id, contract_id, owner_organization_id, client_organization_id, kind,
                                                 amount, currency, paid_date, payment_method, other_contract_id,
                                                 created_at)
               SELECT %(id)s, id, owner_organization_id, client_organization_id, %(kind)s, 1, currency, '2026-01-15',
                      'cheque', CASE WHEN %(kind)s LIKE 'TRANSFER%%' THEN id END, '2026-01-15'
               FROM contracts WHERE id = %(contract)s""",
            id=transaction,
            kind=kind,
            contract=deal.contract,
        )
    planned = {"payment_ids": [payment], "installments": [{"due_date": "2100-01-01", "amount": 5000}]}
    agreed = call(create_payment_plan, as_=deal.owner, path={"contract_id": deal.contract}, body=planned)
    assert agreed.status == 201, agreed.json
    values = {"values": [{"date": "2026-01-15", "value": 100}]}
    assert call(publish_index, as_=deal.owner, path={"name": "CPI"}, body=values).status == 200
    named = {"accounts": [{"role": "BANK", "code": "1800", "name": "Bank"}]}
    assert call(change_accounts, as_=deal.owner, body=named).status == 200
    ids = {
        "invoice_id": invoice["id"],
        "credit_note_id": note.json["id"],
        "refund_id": refund,
        "plan_id": agreed.json["id"],
        "transfer_id": transfer,
        "name": "CPI",
        "code": "VAT",
        "period": "2025-12",
        "bid_id": deal.bid,
        "contract_id": deal.contract,
        "payment_id": payment,
        "notification_id": notification,
        "session_id": deal.client.session_id,
        "space_id": deal.space,
        "building_id": space["building_id"],
        "floor_id": space["floor_id"],
    }
    asked = {"email": "asked@example.com", "role": "FINANCIAL_OFFICER"}
    _, ids["invitation_id"] = (
        call(invite_member, as_=user, body=asked).json["id"] for user in (deal.client, deal.owner)
    )
    call(add_note, as_=_world.user(Role.SUPPORT), path={"user_id": deal.client.id}, body={"text": "Pays late"})
    broker = _world.user(Role.BROKER)
    searched = {"name": "Near work", "criteria": {"q": "harbour"}}
    for user in (deal.owner, deal.client):
        assert call(add_favorite, as_=user, path={"space_id": deal.space}).status == 200
        ids["saved_search_id"] = call(save_search, as_=user, body=searched).json["id"]
    ids["upload_id"] = ids["file_id"] = upload(deal.owner, picture()).json["id"]
    _world.sql(
        """INSERT INTO file_uses (file_id, organization_id, subject_type, subject_id)
           SELECT id, organization_id, 'space', %(space)s FROM files WHERE id = %(id)s""",
        id=ids["file_id"],
        space=deal.space,
    )
    # A file whose rows all fail.
    wrong = csv_of([row(currency=f"{number}") for number in range(2)])
    ids["import_id"] = imported(_world, import_buildings, deal.owner, wrong)["id"]
    for user in (deal.client, deal.owner):
        ids["export_id"] = call(create_export, as_=user, body={"kind": "PAYMENTS", "format": "CSV"}).json["id"]
    assert call(change_export_schedule, as_=deal.owner, body={"enabled": False}).status == 200
    hooked = {"url": "https://hooks.example.com/", "events": ["*"]}
    for user in (deal.client, deal.owner):
        ids["webhook_id"] = call(create_webhook, as_=user, body=hooked).json["id"]
    device = {"token": "a-device-token-of-the-matrix", "platform": "IOS"}
    ids["device_id"] = call(register_device, as_=deal.client, body=device).json["id"]
    limited = {"description": "X", "enabled": True, "organization_ids": [str(deal.owner.organization_id)]}
    assert call(change_flag, as_=_world.user(Role.SUPER_ADMIN), path={"name": "new_ui"}, body=limited).status == 200
    ids["delivery_id"] = call(ping_webhook, as_=deal.owner, path={"webhook_id": ids["webhook_id"]}).json["id"]
    about = {"context": {"type": "CONTRACT", "id": deal.contract}, "content": "When do we get the keys?"}
    ids |= call(open_conversation, as_=deal.client, body=about).json
    apps()
    connected(_world, deal.owner, deal.contract)
    ids["provider"] = "quickbooks"
    assert call(start_integration, as_=deal.owner, path={"provider": "quickbooks"}, body={}).status == 200
    ids["mandate_id"] = call(grant_mandate, as_=deal.client, body={"broker_id": broker.id}).json["id"]
    address = {"street": "1 Main St", "city": "X", "state": "NY", "country": "USA", "postal_code": "1"}
    bodies = {"ADDRESS": address, "FLOOR": space["floor_id"], "SPACE": deal.space}
    house, contractor, maintained = maintenance(_world, deal)
    ids |= maintained
    bodies |= {"LEASED": house.building, "CONTRACTOR": contractor.id, "CONTRACTORS": [contractor.id]}
    bodies |= {"BROKER": broker.id, "CLIENT": deal.client.id, "LEASE": deal.contract}
    return Stage(deal, ids, bodies, contractor)


def maintenance(world: Any, deal: Any) -> tuple[House, Any, dict[str, Any]]:
    """A space that the deal's client leases now, and a contractor who is assigned a ticket on it, and has quoted."""
    house = House(world, owner=deal.owner, client=deal.client)
    contractor = house.contractor(trades=["lifts"])
    ticket = house.report()
    assert house.invite(ticket, contractor).status == house.assign(ticket, contractor).status == 200
    assert house.write(ticket, deal.client, "It is still broken.").status == 201
    quote = {"amount": 480, "currency": "USD"}
    quoted = call(quote_ticket, as_=contractor, path={"ticket_id": ticket["id"]}, body=quote)
    assert quoted.status == 201, quoted.json
    cost = {"supplier": "Lifts Inc", "amount": 480, "currency": "USD", "date": "2026-01-15"}
    assert call(add_cost, as_=deal.owner, path={"ticket_id": ticket["id"]}, body=cost).status == 201
    rating = """INSERT INTO ticket_ratings (ticket_id, owner_organization_id, client_organization_id, user_id, stars)
                VALUES (%(ticket)s, %(owner)s, %(organization)s, %(client)s, 5)"""
    sides = {"owner": deal.owner.organization_id, "organization": deal.client.organization_id}
    world.sql(rating, ticket=ticket["id"], client=deal.client.id, **sides)
    plan = call(create_maintenance_plan, as_=deal.owner, body={**PLAN, "building_id": house.building})
    assert plan.status == 201, plan.json
    ids = {"ticket_id": ticket["id"], "quote_id": quoted.json["id"], "maintenance_plan_id": plan.json["id"]}
    return house, contractor, ids


def endpoint_of(operation: Any) -> Endpoint[Any, Any]:
    endpoint: Endpoint[Any, Any] = getattr(importlib.import_module(operation.module), operation.name)
    return endpoint


def copied_webhook(stage: Stage) -> UUID:
    """A webhook that may be deleted: the stage's own is needed after it."""
    copy = other_id()
    stage.deal.world.sql(
        """INSERT INTO webhooks SELECT (jsonb_populate_record(w, jsonb_build_object('id', %(copy)s::uuid))).*
           FROM webhooks w WHERE w.id = %(id)s""",
        copy=copy,
        id=stage.ids["webhook_id"],
    )
    return copy


def attempt(stage: Stage, operation: Any, user: Any, ids: dict[str, Any] | None = None) -> Any:
    endpoint = endpoint_of(operation)
    if "user_id" in endpoint.path_names and ids is None:
        # Whoever is removed or suspended is gone: each attempt is made on somebody else of the owner's organization.
        ids = {"user_id": stage.deal.world.colleague(stage.deal.owner, Role.AGENT).id}
    if operation.name == "delete_maintenance_plan" and ids is None:
        made = {**PLAN, "building_id": stage.bodies["LEASED"]}
        ids = {"maintenance_plan_id": call(create_maintenance_plan, as_=stage.deal.owner, body=made).json["id"]}
    if operation.name == "delete_webhook" and ids is None:
        ids = {"webhook_id": copied_webhook(stage)}
    path = {name: (ids or stage.ids)[name] for name in endpoint.path_names} or None
    if operation.name not in BODIES:
        pytest.fail(f"tests/{operation.word}/successes.py: BODIES lacks {operation.name} (None if it has no body).")
    body = BODIES[operation.name]
    if body is not None:
        body = {
            name: stage.bodies.get(value, value) if isinstance(value, str) else value for name, value in body.items()
        }
    return call(endpoint, as_=user, path=path, body=body)


def somebody(world: Any, stage: Stage, role: Role) -> Any:
    """A user of the role: in the deal's own organizations where the role stands on a side of it."""
    side = stage.deal.owner if role in OWNERS_SIDE else stage.deal.client
    return world.user(role) if role in SEES_ALL or role is Role.CONTRACTOR else world.colleague(side, role)


def test_every_operation_with_a_caller_is_in_the_matrix():
    missing = {operation.name for operation in GUARDED} - BODIES.keys()
    assert not missing, (
        f"BODIES in tests/<word>/successes.py lacks {', '.join(sorted(missing))} (None where it has no body)."
    )
    gone = BODIES.keys() - {operation.name for operation in GUARDED}
    assert not gone, f"No operation with a caller is called {', '.join(sorted(gone))}: take it out of BODIES."


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.name)
def test_each_role_may_call_exactly_what_is_declared(operation, role, stage, world):
    reply = attempt(stage, operation, somebody(world, stage, role))

    if role in operation.access:
        assert reply.status not in (401, 403, 500), reply.body
    else:
        assert (reply.status, reply.code) == (403, "FORBIDDEN")


CONFINED = [
    (operation, role)
    for operation in GUARDED
    if "{" in str(operation.path) and operation.name not in NAMED | TAKES_LISTED
    for role in Role
    if role in operation.access - SEES_ALL
]


@pytest.mark.parametrize(("operation", "role"), CONFINED, ids=lambda value: value.name)
def test_other_organizations_objects_are_not_found(operation, role, stage, world):
    stranger = world.user(role)

    foreign = attempt(stage, operation, stranger)
    missing = attempt(stage, operation, stranger, dict.fromkeys([*stage.ids, "user_id"], other_id()))

    assert (foreign.status, missing.status) == (404, 404), OPEN_TO_OTHERS.format(operation.name)
    assert foreign.json["error"] == missing.json["error"]


def query_of(operation: Any) -> type[BaseModel] | None:
    kinds = endpoint_of(operation).function.__annotations__.values()
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Query)), None)


FILTERS = [
    (operation, name)
    for operation in GUARDED
    if operation.method == "GET" and operation.access - SEES_ALL and (query := query_of(operation))
    for name, field in query.model_fields.items()
    if "uuid.UUID" in str(field.annotation)
]
# Whom the deal's ids of people name.
PEOPLE = {"client_id": "client", "owner_id": "owner", "user_id": "owner"}


@pytest.mark.parametrize(("operation", "name"), FILTERS, ids=lambda value: getattr(value, "name", value))
def test_another_organizations_id_in_a_filter_finds_what_an_unknown_one_finds(operation, name, stage, world):
    ids = stage.ids | {"after": stage.ids["notification_id"], "resource_id": stage.deal.contract}
    ids |= {"assigned_contractor_id": stage.contractor.id}
    ids |= {"organization_id": stage.deal.owner.organization_id, "context_id": stage.deal.contract}
    path = {one: ids[one] for one in endpoint_of(operation).path_names if one in ids} or None
    foreign_id = getattr(stage.deal, PEOPLE[name]).id if name in PEOPLE else ids[name]
    for role in set(operation.access) - SEES_ALL:
        stranger = world.user(role)
        foreign, missing = (
            call(endpoint_of(operation), as_=stranger, path=path, query={name: value})
            for value in (foreign_id, other_id())
        )

        # A list is empty; a report of one building is of none.
        assert (foreign.status, foreign.json.get("error")) == (missing.status, missing.json.get("error"))
        assert foreign.status == 404 or (foreign.status, foreign.json) == (200, missing.json | {"data": []})


@pytest.mark.parametrize("listing", ["list_bids", "list_payments"])
def test_another_organizations_cursor_continues_in_the_callers_own_rows(listing, stage, world):
    operation = OPERATIONS[listing]
    assert issubclass(query_of(operation), Paged)
    cursor = call(endpoint_of(operation), as_=stage.deal.owner, query={"limit": 1}).json["meta"]["cursor"]
    assert cursor

    for role in set(operation.access) - SEES_ALL:
        reply = call(endpoint_of(operation), as_=world.user(role), query={"limit": 1, "cursor": cursor})
        assert (reply.status, reply.json) == (200, {"data": [], "meta": {"cursor": None, "has_more": False}})


REACHING = [operation for operation in GUARDED if "{" in str(operation.path) and operation.access - SEES_ALL]


@pytest.mark.parametrize("operation", REACHING, ids=lambda operation: operation.name)
def test_a_colleague_of_the_same_role_reaches_the_organizations_objects(operation, stage, world):
    side = stage.deal.owner if Role.OWNER in operation.access else stage.deal.client
    if operation.access <= {Role.CONTRACTOR} | SEES_ALL:
        side = stage.contractor
    reply = attempt(stage, operation, world.colleague(side))

    assert reply.status == 404 if operation.name in PERSONAL else reply.status not in (401, 403, 404, 500)


@pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.name)
@pytest.mark.parametrize("code", ["TOKEN_EXPIRED", "INVALID_TOKEN", "SESSION_ENDED"])
def test_a_refused_token_is_401_before_anything_else(operation, code, stage, world):
    class Refused:
        def authorizer_context(self) -> dict[str, str]:
            return {"refusal": code}

    reply = attempt(stage, operation, Refused())

    assert (reply.status, reply.code) == (401, code)


def without(statement: str, predicate: str) -> str:
    """The statement open to everybody; it had the predicate."""
    assert predicate in statement
    return statement.replace(predicate, "true")


@pytest.mark.parametrize(
    ("queries", "names", "listing"),
    [
        (bid_queries, ["_SELECT_PAGE"], "list_bids"),
        (contract_queries, ["_SELECT_PAGE"], "list_contracts"),
        (payment_queries, ["_SELECT_PAGE"], "list_payments"),
    ],
)
def test_without_its_where_a_list_still_shows_only_the_callers_own(queries, names, listing, stage, world, monkeypatch):
    for name in names:
        monkeypatch.setattr(queries, name, without(getattr(queries, name), queries._MINE))
    stranger = world.user(Role.OWNER)

    assert attempt(stage, OPERATIONS[listing], stranger).json["data"] == []
    assert attempt(stage, OPERATIONS[listing], stage.deal.owner).json["data"] != []


@pytest.mark.parametrize(
    ("queries", "name", "operation"),
    [
        (bid_queries, "_SELECT_ONE", "get_bid"),
        (contract_queries, "_SELECT_ONE", "get_contract"),
        (payment_queries, "_SELECT_ONE", "get_payment"),
    ],
)
def test_without_its_where_an_object_of_others_is_still_not_found(queries, name, operation, stage, world, monkeypatch):
    monkeypatch.setattr(queries, name, without(getattr(queries, name), queries._MINE))

    assert attempt(stage, OPERATIONS[operation], world.user(Role.OWNER)).status == 404
    assert attempt(stage, OPERATIONS[operation], stage.deal.owner).status == 200


def test_without_its_where_the_mandates_of_others_are_still_hidden(stage, world, monkeypatch):
    for name in ("_SELECT_MANDATES", "_LOCK_MANDATE"):
        statement = getattr(organization_queries, name)
        monkeypatch.setattr(organization_queries, name, without(statement, organization_queries._MINE))

    for stranger in (world.client(), world.user(Role.BROKER)):
        assert attempt(stage, OPERATIONS["list_mandates"], stranger).json["data"] == []
    assert attempt(stage, OPERATIONS["revoke_mandate"], world.client()).status == 404
    assert attempt(stage, OPERATIONS["list_mandates"], stage.deal.client).json["data"] != []


@pytest.mark.parametrize(
    ("name", "listing"), [("_SELECT_MEMBERS", "list_members"), ("_SELECT_INVITATIONS", "list_invitations")]
)
def test_without_its_where_other_organizations_are_still_hidden(name, listing, stage, world, monkeypatch):
    statement = getattr(organization_queries, name)
    opened = re.sub(r"[ui]\.organization_id = %\(organization_id\)s", "true", statement)
    assert opened != statement
    monkeypatch.setattr(organization_queries, name, opened)
    stranger = world.user(Role.OWNER)

    shown = [row["id"] for row in attempt(stage, OPERATIONS[listing], stranger).json["data"]]

    assert shown == ([str(stranger.id)] if listing == "list_members" else [])
