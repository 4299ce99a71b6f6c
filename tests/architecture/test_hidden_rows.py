"""Rows that a caller may not see move nothing that it sees: no order, no count, no cursor (quality 40).

Every list of the catalog is read page by page, then others' rows are put between the caller's own, and
the pages have to be the same to the last byte. What the public sees of spaces is in
tests/spaces/test_what_is_hidden.py.
"""

import importlib
from typing import Any

import pytest

from functions.exports.create_export import create_export
from functions.favorites.add_favorite import add_favorite
from functions.imports.import_buildings import import_buildings
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.maintenance.create_maintenance_plan import create_maintenance_plan
from functions.messages.send_message import send_message
from functions.notifications.notify_people import notify_people
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.invite_member import invite_member
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.search.save_search import save_search
from functions.webhooks.create_webhook import create_webhook
from functions.webhooks.ping_webhook import ping_webhook
from shared.kit import catalog
from shared.kit.catalog import STAFF, Role
from shared.kit.paging import Paged
from tests.call import call, invoke, other_id
from tests.imports.files import csv_of, imported, row
from tests.integrations.rows import connected
from tests.leasing.deal import Deal
from tests.maintenance.successes import PLAN
from tests.maintenance.tickets import House

LISTS = {
    operation.name: operation
    for operation in catalog.requested(catalog.load())
    if operation.method == "GET"
    and (operation.access - STAFF or not operation.access)
    and any(isinstance(kind, type) and issubclass(kind, Paged) for kind in operation.function.__annotations__.values())
}

CRANES = "harbour cranes"
"""A trade of the market's contractors alone."""

READ_BY: dict[str, dict[Role, dict[str, Any]]] = {
    "list_audit_logs": {Role.OWNER: {}},
    "list_bids": {Role.OWNER: {}, Role.AGENT: {}, Role.CLIENT: {}, Role.BROKER: {"status": "APPROVED"}},
    "list_buildings": {Role.OWNER: {}, Role.AGENT: {}},
    "list_contractors": {Role.OWNER: {"trade": CRANES}},
    "list_contracts": {Role.OWNER: {}, Role.CLIENT: {}, Role.BROKER: {"status": "SIGNED"}},
    "list_exports": {
        Role.OWNER: {},
        Role.FINANCIAL_OFFICER: {"status": "QUEUED"},
        Role.CLIENT: {},
        Role.BROKER: {"kind": "PAYMENTS"},
    },
    "list_favorites": {Role.CLIENT: {}},
    "list_imports": {Role.OWNER: {}},
    "show_import_report": {Role.OWNER: {}},
    "list_deliveries": {Role.OWNER: {}},
    "list_conversations": {Role.OWNER: {}},
    "list_messages": {Role.OWNER: {}},
    "list_messages_with": {Role.OWNER: {}},
    "list_floors": {Role.OWNER: {}, Role.AGENT: {}},
    "list_integration_log": {Role.OWNER: {}, Role.FINANCIAL_OFFICER: {"status": "REFUSED"}},
    "list_integration_targets": {Role.OWNER: {}, Role.FINANCIAL_OFFICER: {"name": "e"}},
    "list_integration_tenants": {Role.OWNER: {}, Role.FINANCIAL_OFFICER: {}},
    "list_invoices": {Role.OWNER: {}, Role.FINANCIAL_OFFICER: {}, Role.CLIENT: {"kind": "INVOICE"}, Role.BROKER: {}},
    "list_invitations": {Role.OWNER: {}, Role.CLIENT: {}},
    "list_mandates": {Role.CLIENT: {}, Role.BROKER: {}},
    "list_members": {Role.OWNER: {}, Role.CLIENT: {}},
    "list_notifications": {Role.OWNER: {}, Role.CLIENT: {"unread": "true"}},
    "list_payments": {
        Role.OWNER: {},
        Role.FINANCIAL_OFFICER: {},
        Role.CLIENT: {"status": "SCHEDULED"},
        Role.BROKER: {},
    },
    "list_saved_searches": {Role.CLIENT: {}},
    "list_sessions": {Role.OWNER: {}, Role.CLIENT: {}},
    "show_rent_roll": {Role.OWNER: {}, Role.FINANCIAL_OFFICER: {}},
    "list_maintenance_plans": {Role.OWNER: {}, Role.AGENT: {}},
    "list_tickets": {Role.OWNER: {}, Role.AGENT: {"sort": "due"}, Role.CLIENT: {"sort": "priority"}},
    "search_spaces": {Role.OWNER: {"is_leasable": "false"}, Role.AGENT: {"is_leasable": "false", "sort": "price_asc"}},
}
"""List → the roles that see something of a deal in it, and a filter they use."""
BESIDE = (
    "(left(id::text, 24) || lpad(to_hex(('x' || right(id::text, 12))::bit(48)::bigint + %(shift)s), 12, '0'))::uuid"
)
"""The id next to a row's own."""
OWNERS_SIDE = (Role.OWNER, Role.AGENT, Role.FINANCIAL_OFFICER)


class Market:
    """An owner and a client with three leases between them, the owner's unlisted spaces, and everybody's news."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.owner, self.client = world.owner(), world.client()
        self.people = {
            Role.OWNER: self.owner,
            Role.AGENT: world.colleague(self.owner, Role.AGENT),
            Role.FINANCIAL_OFFICER: world.colleague(self.owner, Role.FINANCIAL_OFFICER),
            Role.CLIENT: self.client,
            Role.BROKER: world.colleague(self.client, Role.BROKER),
        }
        # Whose news come between the reader's own.
        self.neighbours = {user: world.colleague(user) for user in (self.owner, self.client)}
        for user in (self.owner, self.client):
            self.sign_in(user, "SELECT gen_random_uuid() FROM generate_series(1, 3)")
        for number in range(3):
            for user in (self.owner, self.client):
                asked = {"email": f"asked.{number}@example.com", "role": "FINANCIAL_OFFICER"}
                assert call(invite_member, as_=user, body=asked).status == 201
            self.grant(self.client, world.user(Role.BROKER))
            self.grant(world.client(), self.people[Role.BROKER])
        self.deals = [self.lease(self.owner, self.client) for _ in range(3)]
        for _ in range(3):
            self.export(self.owner, self.client)
        for user in self.neighbours.values():
            assert call(add_favorite, as_=user, path={"space_id": self.deals[0].space}).status == 200
        for deal in self.deals:
            assert call(add_favorite, as_=self.client, path={"space_id": deal.space}).status == 200
            searched = {"name": "Harbour", "criteria": {"q": "harbour"}}
            assert call(save_search, as_=self.client, body=searched).status == 201
        self.building = world.building(self.owner, floors=3)
        for price in (1000, 2000, 3000):
            world.space(self.owner, building=self.building, price=price, is_leasable=False)
        self.imports = [self.imported(self.owner, number) for number in range(3)]
        self.webhook = self.tested(self.owner)
        self.said = self.talk(self.owner)
        self.tickets = self.report(self.owner, self.client)
        others = [self.lease(self.owner, world.client()) for _ in range(2)]
        connected(world, self.owner, *(deal.contract for deal in (self.deals[0], *others)))

    def talk(self, owner: Any) -> dict[str, Any]:
        """Three messages to each of three colleagues; the first of these conversations, and whom it is with."""
        said = []
        for colleague in [self.world.colleague(owner) for _ in range(3)]:
            body = {"receiver_id": colleague.id, "content": "Good morning"}
            told = [call(send_message, as_=owner, body=body).json for _ in range(3)]
            said.append({"conversation_id": told[0]["conversation_id"], "user_id": colleague.id})
        return said[0]

    def report(self, owner: Any, client: Any, trade: str = CRANES) -> list[str]:
        """Three tickets of the client's, and a contractor for each."""
        house = House(self.world, owner, client)
        for _ in range(3):
            house.contractor(trades=[trade])
            body = {**PLAN, "building_id": house.building}
            assert call(create_maintenance_plan, as_=owner, body=body).status == 201
        return [str(house.report()["id"]) for _ in range(3)]

    def tested(self, owner: Any) -> str:
        """A webhook to which three tests were sent."""
        asked = {"url": "https://hooks.example.com/", "events": ["*"]}
        webhook = str(call(create_webhook, as_=owner, body=asked).json["id"])
        for _ in range(3):
            assert call(ping_webhook, as_=owner, path={"webhook_id": webhook}).status == 202
        return webhook

    def imported(self, owner: Any, number: int) -> str:
        """A file with three rows that fail."""
        wrong = csv_of([row(currency=f"{number}{line}") for line in range(3)])
        return str(imported(self.world, import_buildings, owner, wrong)["id"])

    def lease(self, owner: Any, client: Any) -> Deal:
        deal = Deal(self.world, call, owner=owner, client=client, months=2)
        deal.signed().run(schedule_payments, activate_contract)
        [payment, *_] = call(list_payments, as_=owner, query={"contract_id": deal.contract}).json["data"]
        money = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        assert call(record_payment, as_=owner, path={"payment_id": payment["id"]}, body=money).status == 200
        events = self.world.event_details(deal.bid) + self.world.event_details(deal.contract)
        assert (
            invoke(notify_people, *(event for event in events if event["name"] in notify_people.operation.hears)) == []
        )
        return deal

    def sign_in(self, user: Any, ids: str, shift: int = 0) -> None:
        """A session under each of these ids."""
        self.world.sql(
            f"""INSERT INTO sessions (id, user_id, refresh_hash, expires_at)
                SELECT id, %(user)s, gen_random_uuid(), now() + interval '1 day' FROM ({ids}) AS made (id)""",
            user=user.id,
            shift=shift,
        )

    def grant(self, client: Any, broker: Any) -> None:
        assert call(grant_mandate, as_=client, body={"broker_id": broker.id}).status == 201

    def pages(self, name: str, role: Role, **query: Any) -> list[bytes]:
        """All pages of the list, two rows each, as they come over the wire."""
        operation = LISTS[name]
        endpoint = getattr(importlib.import_module(operation.module), name)
        ids = {"building_id": self.building, "import_id": self.imports[0], "webhook_id": self.webhook, **self.said}
        ids["provider"] = "quickbooks"
        path = {one: ids[one] for one in endpoint.path_names} or None
        asked = {"limit": 2} | READ_BY[name].get(role, {}) | query
        found = []
        while True:
            reply = call(endpoint, as_=self.people[role], path=path, query=asked)
            assert reply.status == 200, reply.body
            found.append(reply.body)
            if not reply.json["meta"]["has_more"]:
                return found
            asked = asked | {"cursor": reply.json["meta"]["cursor"]}

    def export(self, *people: Any) -> None:
        for user in people:
            assert call(create_export, as_=user, body={"kind": "PAYMENTS", "format": "CSV"}).status == 202

    def crowd(self, owner: Any, client: Any) -> None:
        """Leases of these two, with all that belongs to them between the market's own, moment by moment."""
        self.export(owner, client)
        self.world.sql(
            f"""INSERT INTO exports (id, organization_id, user_id, role, acts_as, kind, format, created_at)
                SELECT {BESIDE}, %(organization)s, %(user)s, role, acts_as, kind, format, created_at FROM exports
                WHERE organization_id = ANY (%(read)s) ON CONFLICT (id) DO NOTHING""",
            shift=1,
            organization=owner.organization_id,
            user=owner.id,
            read=[self.owner.organization_id, self.client.organization_id],
        )
        for own in self.deals:
            deal = self.lease(owner, client)
            for table in ("bids", "contracts"):
                self.world.sql(
                    f"""UPDATE {table} SET created_at = own.created_at + interval '1 microsecond'
                        FROM (SELECT created_at FROM {table} WHERE space_id = %(own)s LIMIT 1) AS own
                        WHERE {table}.space_id = %(hidden)s""",
                    own=own.space,
                    hidden=deal.space,
                )
        for number in range(3):
            self.imported(owner, number)
        self.tested(owner)
        self.talk(owner)
        for own, hidden in zip(self.tickets, self.report(owner, client, "roofs"), strict=True):
            self.world.sql(
                """UPDATE tickets t SET created_at = own.created_at, due_at = own.due_at
                   FROM tickets own WHERE own.id = %(own)s AND t.id = %(hidden)s""",
                own=own,
                hidden=hidden,
            )
        floors = self.world.building(owner, floors=3)
        for price in (1, 1000, 1500, 9999):
            self.world.space(owner, building=floors, price=price, is_leasable=False)

    def crowd_news(self, reader: Any) -> None:
        """A colleague's notification and session right before and right after each one of the reader's."""
        for shift in (-1, 1):
            self.sign_in(self.neighbours[reader], f"SELECT {BESIDE} FROM sessions WHERE user_id = '{reader.id}'", shift)
            self.world.sql(
                f"""INSERT INTO notifications (id, user_id, event_id, type, title, message, metadata, created_at)
                    SELECT {BESIDE}, %(neighbour)s, gen_random_uuid(), type, title, message, metadata, created_at
                    FROM notifications WHERE user_id = %(reader)s""",
                shift=shift,
                neighbour=self.neighbours[reader].id,
                reader=reader.id,
            )
            self.world.sql(
                f"""INSERT INTO saved_searches (id, user_id, name, criteria, wanted, anchor)
                    SELECT {BESIDE}, %(neighbour)s, name, criteria, wanted, anchor
                    FROM saved_searches WHERE user_id = %(reader)s""",
                shift=shift,
                neighbour=self.neighbours[reader].id,
                reader=reader.id,
            )
        self.world.sql(
            """INSERT INTO favorites (user_id, space_id, created_at)
               SELECT %(neighbour)s, space_id, created_at FROM favorites WHERE user_id = %(reader)s
               ON CONFLICT DO NOTHING""",
            neighbour=self.neighbours[reader].id,
            reader=reader.id,
        )

    def crowd_organizations(self, reader: Any) -> None:
        """Another organization's member, invitation and mandate right before and right after each of the reader's."""
        other, broker = self.world.client(), self.world.user(Role.BROKER)
        for shift in (-1, 1):
            values = {"shift": shift, "reader": reader.organization_id, "other": other.organization_id}
            self.world.sql(
                f"""INSERT INTO users (id, organization_id, email, password_hash, name, role)
                    SELECT {BESIDE}, %(other)s, gen_random_uuid() || '@example.com', password_hash, name, role
                    FROM users WHERE organization_id = %(reader)s""",
                **values,
            )
            self.world.sql(
                f"""INSERT INTO invitations (id, organization_id, email, role, token_hash, invited_by, expires_at)
                    SELECT {BESIDE}, %(other)s, email, role, gen_random_uuid(), %(by)s, expires_at
                    FROM invitations WHERE organization_id = %(reader)s""",
                **values,
                by=other.id,
            )
            self.world.sql(
                f"""INSERT INTO mandates (id, client_organization_id, client_id, broker_id, client_party, broker_party,
                                          revoked_at)
                    SELECT {BESIDE}, %(other)s, %(by)s, %(broker)s, client_party, broker_party, now()
                    FROM mandates WHERE client_organization_id = %(reader)s OR broker_id = %(its_broker)s
                    ON CONFLICT (id) DO NOTHING""",
                **values,
                by=other.id,
                broker=broker.id,
                its_broker=self.people[Role.BROKER].id,
            )


@pytest.fixture(scope="module")
def seen(_world) -> dict[tuple[str, Role], tuple[list[bytes], list[bytes]]]:
    """Of each list and reader: its pages before the crowd came, and after."""
    market = Market(_world)
    other_owner, other_client = _world.owner(), _world.client()
    connected(_world, other_owner, *(market.lease(other_owner, _world.client()).contract for _ in range(3)))

    def read(side: bool) -> dict[tuple[str, Role], list[bytes]]:
        return {
            (name, role): market.pages(name, role)
            for name, roles in READ_BY.items()
            for role in roles
            if (role in OWNERS_SIDE) == side
        }

    owners_before = read(True)
    market.crowd_news(market.owner)
    market.crowd_organizations(market.owner)
    market.crowd(other_owner, other_client)
    # What the other side of one's own deals does elsewhere is hidden too.
    market.crowd(other_owner, _world.colleague(market.client))
    owners_after = read(True)
    clients_before = read(False)
    market.crowd_news(market.client)
    market.crowd_organizations(market.client)
    market.crowd(other_owner, other_client)
    market.crowd(_world.colleague(market.owner), other_client)
    clients_after = read(False)
    before, after = owners_before | clients_before, owners_after | clients_after
    return {key: (before[key], after[key]) for key in before}


def test_every_list_of_the_catalog_is_tested():
    assert set(READ_BY) == set(LISTS)


@pytest.mark.parametrize(("name", "role"), [(name, role) for name, roles in READ_BY.items() for role in roles])
def test_hidden_rows_change_no_page_of_a_list(seen, name, role):
    before, after = seen[name, role]

    assert len(before) >= 2, "one page has no cursor"
    assert after == before


@pytest.mark.parametrize(
    ("name", "role", "field"),
    [
        ("list_bids", Role.OWNER, "space_id"),
        ("list_bids", Role.CLIENT, "space_id"),
        ("list_bids", Role.OWNER, "client_id"),
        ("list_payments", Role.OWNER, "contract_id"),
        ("list_payments", Role.CLIENT, "contract_id"),
        ("list_buildings", Role.OWNER, "owner_id"),
    ],
)
def test_a_filter_by_a_hidden_id_finds_what_an_unknown_id_finds(world, name, role, field):
    hidden = Deal(world, call).signed()
    hidden.run(schedule_payments)
    ids = {"space_id": hidden.space, "client_id": hidden.client.id, "contract_id": hidden.contract}
    ids["owner_id"] = hidden.owner.id
    operation = LISTS[name]
    endpoint = getattr(importlib.import_module(operation.module), name)
    reader = world.user(role)

    found, missing = (call(endpoint, as_=reader, query={field: value}) for value in (ids[field], other_id()))

    assert (found.status, found.body) == (missing.status, missing.body)
    assert found.json == {"data": [], "meta": {"cursor": None, "has_more": False}}
