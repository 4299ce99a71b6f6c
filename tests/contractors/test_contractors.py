"""What a contractor says of themselves (change_contractor_profile, get_contractor_profile), and who finds them
(list_contractors)."""

import pytest

from functions.contractors.change_contractor_profile import change_contractor_profile
from functions.contractors.get_contractor_profile import get_contractor_profile
from functions.contractors.list_contractors import list_contractors
from functions.maintenance.rate_ticket import rate_ticket
from functions.organizations.invite_member import invite_member
from shared.kit.catalog import Role
from tests.call import call, ids_in, other_id
from tests.contractors.successes import PROFILE
from tests.files.pictures import picture, upload
from tests.maintenance.tickets import House


@pytest.fixture
def contractor(world):
    return world.user(Role.CONTRACTOR)


def put(who, **body):
    return call(change_contractor_profile, as_=who, body=body)


def found(world, contractor, **query):
    return str(contractor.id) in ids_in(list_contractors, as_=world.owner(), query={"limit": 100, **query})


def entry(world, contractor):
    for row in call(list_contractors, as_=world.owner(), query={"limit": 100, "trade": str(contractor.id)}).json[
        "data"
    ]:
        return row


def test_a_profile_is_kept_field_by_field(contractor, world):
    unset = call(get_contractor_profile, as_=contractor).json
    assert (unset["trades"], unset["insurance"], unset["updated_at"]) == ([], None, None)
    first = put(contractor, **PROFILE)
    assert (first.status, first.json["id"]) == (200, str(contractor.organization_id))
    assert first.json["insurance"] == {"document_id": None, "expires_on": "2199-12-31"}

    second = put(world.colleague(contractor), trades=["heating"], license_number=None)
    assert (second.json["trades"], second.json["license_number"]) == (["heating"], None)
    assert second.json["service_area"] == PROFILE["service_area"]
    assert call(get_contractor_profile, as_=contractor).json == second.json


def test_if_match_refuses_what_has_changed(contractor):
    etag = put(contractor, trades=["roofs"]).headers["etag"]
    asked = {"as_": contractor, "headers": {"if-match": etag}}

    assert call(change_contractor_profile, **asked, body={"trades": ["gutters"]}).status == 200
    assert call(change_contractor_profile, **asked, body={"trades": ["chimneys"]}).status == 412


def test_the_insurances_document_is_an_upload_of_the_organization(contractor, world):
    own = upload(contractor, picture(), purpose="ORGANIZATION_DOCUMENT").json["id"]
    insured = {"expires_on": "2030-01-01"}

    assert put(contractor, insurance={**insured, "document_id": own}).json["insurance"]["document_id"] == own
    foreign = upload(world.owner(), picture(), purpose="ORGANIZATION_DOCUMENT").json["id"]
    for unknown in (foreign, other_id()):
        assert put(contractor, insurance={**insured, "document_id": unknown}).status == 404


def test_owners_find_contractors_by_trade(contractor, world):
    assert not found(world, contractor)
    put(contractor, **PROFILE)

    assert found(world, contractor)
    assert found(world, contractor, trade="plumbing")
    assert not found(world, contractor, trade="roofs")


@pytest.mark.parametrize(
    ("near", "radius", "is_found"),
    [
        ("40.7128,-74.006", None, True),
        # Philadelphia: this one comes from 150 km away, and goes 50.
        ("39.9526,-75.1652", None, False),
        ("39.9526,-75.1652", "120", True),
        ("-33.8688,151.2093", "1000", False),
    ],
)
def test_owners_find_contractors_who_come_so_far(contractor, world, near, radius, is_found):
    put(contractor, **PROFILE)
    query = {"near": near, **({"radius_km": radius} if radius else {})}

    assert found(world, contractor, **query) == is_found


def test_a_rating_is_the_average_of_what_tenants_gave(contractor, world):
    trade = str(contractor.id)
    put(contractor, trades=[trade])
    house = House(world)
    assert (entry(world, contractor)["rating"], entry(world, contractor)["ratings"]) == (None, 0)
    for stars in (5, 4, 4):
        ticket = house.resolved(house.report(), contractor)
        assert (
            call(rate_ticket, as_=house.client, path={"ticket_id": ticket["id"]}, body={"stars": stars}).status == 201
        )

    assert (float(entry(world, contractor)["rating"]), entry(world, contractor)["ratings"]) == (4.33, 3)
    assert found(world, contractor, min_rating="4.3") and not found(world, contractor, min_rating="4.5")


@pytest.mark.parametrize(
    ("insurance", "shown"),
    [(None, "UNKNOWN"), ({"expires_on": "2026-01-31"}, "EXPIRED"), ({"expires_on": "2199-12-31"}, "VALID")],
)
def test_the_list_says_until_when_they_are_insured(contractor, world, insurance, shown):
    put(contractor, trades=[str(contractor.id)], insurance=insurance)

    assert entry(world, contractor)["insurance"] == shown
    assert entry(world, contractor)["insured_until"] == (insurance and insurance["expires_on"])


def test_an_organization_is_listed_once_and_only_while_somebody_is_there(contractor, world):
    put(contractor, trades=[str(contractor.id)])
    colleague = world.colleague(contractor)
    assert entry(world, contractor)["id"] == str(contractor.id)

    world.sql("UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s", id=contractor.id)
    assert entry(world, contractor)["id"] == str(colleague.id)
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=colleague.id)
    assert entry(world, contractor) is None


def test_contractors_invite_contractors(contractor):
    for role, status in ((Role.CONTRACTOR, 201), (Role.OWNER, 400), (Role.FINANCIAL_OFFICER, 400)):
        body = {"email": f"{contractor.id}@example.com", "role": role}
        assert call(invite_member, as_=contractor, body=body).status == status


def test_neither_tenants_nor_contractors_list_contractors(contractor, world):
    for who in (contractor, world.client(), world.user(Role.FINANCIAL_OFFICER)):
        assert call(list_contractors, as_=who).status == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"trades": ["plumbing", "Plumbing"]}, "trades"),
        ({"service_area": {"near": {"latitude": 91, "longitude": 0}}}, "service_area.near.latitude"),
        ({"service_area": {"radius_km": 0}}, "service_area.radius_km"),
        ({"insurance": {}}, "insurance.expires_on"),
    ],
)
def test_an_invalid_field_is_named(contractor, body, field):
    reply = put(contractor, **body)

    assert (reply.status, reply.fields) == (400, [field])
