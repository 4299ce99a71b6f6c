"""A building with a tenant, contractors, and the tickets that they report and work on."""

from typing import Any
from uuid import UUID

from functions.contractors.change_contractor_profile import change_contractor_profile
from functions.maintenance.add_thread import add_thread
from functions.maintenance.assign_ticket import assign_ticket
from functions.maintenance.create_ticket import create_ticket
from functions.maintenance.get_ticket import get_ticket
from functions.maintenance.invite_contractors import invite_contractors
from functions.maintenance.update_ticket import update_ticket
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.call import Answer, call
from tests.world import User, World

BROKEN = {
    "title": "Broken lift",
    "description": "It stops between two floors.",
    "priority": "HIGH",
    "category": "OTHER",
}


def lease(world: World, owner: User, client: User, space: UUID, status: str = "ACTIVE") -> UUID:
    """A lease of the space that runs today."""
    contract = new_id()
    world.sql(
        """INSERT INTO contracts (id, space_id, building_id, owner_id, owner_organization_id, client_id,
                                  client_organization_id, start_date, end_date, term_months, base_rent, owner_party,
                                  client_party, premises, status)
           SELECT %(id)s, s.id, b.id, %(owner)s, b.owner_organization_id, %(client)s, %(org)s, '2020-01-01',
                  '2199-12-31', 600, 5000, jsonb_build_object('name', %(owner_name)s::text, 'legal_name', 'Owner LLC'),
                  jsonb_build_object('name', %(client_name)s::text, 'legal_name', 'Client LLC'),
                  jsonb_build_object(
                      'space', jsonb_build_object('id', s.id, 'name', s.name), 'floor_number', 1,
                      'gross_sqft', s.gross_sqft,
                      'building', jsonb_build_object('id', b.id, 'name', b.name, 'timezone', b.timezone,
                                                     'address', b.address)),
                  %(status)s
           FROM spaces s JOIN buildings b ON b.id = s.building_id
           WHERE s.id = %(space)s""",
        owner_name=owner.name,
        client_name=client.name,
        id=contract,
        owner=owner.id,
        client=client.id,
        org=client.organization_id,
        space=space,
        status=status,
    )
    return contract


class House:
    """An owner's building with a space that a client leases, and what its people ask for."""

    def __init__(self, world: World, owner: User | None = None, client: User | None = None) -> None:
        self.world = world
        self.owner, self.client = owner or world.owner(), client or world.client()
        self.space = world.space(self.owner)
        [row] = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=self.space)
        self.building = row["building_id"]
        self.contract = lease(world, self.owner, self.client, self.space)

    def contractor(self, **profile: Any) -> User:
        """A contractor, with a profile if anything is said of them."""
        contractor = self.world.user(Role.CONTRACTOR)
        if profile:
            assert call(change_contractor_profile, as_=contractor, body=profile).status == 200
        return contractor

    def place(self) -> dict[str, Any]:
        return {"building_id": self.building, "space_id": self.space}

    def report(self, as_: User | None = None, **changes: Any) -> Any:
        reply = call(create_ticket, as_=as_ or self.client, body={**BROKEN, **self.place(), **changes})
        assert reply.status == 201, reply.json
        return reply.json

    def change(self, ticket: Any, as_: User, **changes: Any) -> Answer:
        return call(update_ticket, as_=as_, path={"ticket_id": ticket["id"]}, body=changes)

    def assign(self, ticket: Any, contractor: User | None, **changes: Any) -> Answer:
        body = {"contractor_id": contractor.id if contractor else None, **changes}
        return call(assign_ticket, as_=self.owner, path={"ticket_id": ticket["id"]}, body=body)

    def invite(self, ticket: Any, *contractors: User) -> Answer:
        body = {"contractor_ids": [one.id for one in contractors]}
        return call(invite_contractors, as_=self.owner, path={"ticket_id": ticket["id"]}, body=body)

    def write(self, ticket: Any, as_: User, message: str, **changes: Any) -> Answer:
        path = {"ticket_id": ticket["id"]}
        return call(add_thread, as_=as_, path=path, body={"message": message, **changes})

    def seen(self, ticket: Any, as_: User) -> Answer:
        return call(get_ticket, as_=as_, path={"ticket_id": ticket["id"]})

    def resolved(self, ticket: Any, contractor: User) -> Any:
        """The ticket, after the contractor did the work."""
        assert self.assign(ticket, contractor).status == 200
        for status in ("IN_PROGRESS", "RESOLVED"):
            reply = self.change(ticket, contractor, status=status)
            assert reply.status == 200, reply.json
        return reply.json
