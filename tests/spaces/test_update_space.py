from decimal import Decimal

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.search.search_spaces import search_spaces
from functions.spaces.get_space import get_space
from functions.spaces.update_space import update_space
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.leasing.deal import Deal


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def space(world, owner):
    return world.space(owner)


@pytest.fixture
def put(call, owner, space):
    """`put(name="Suite")`: the owner's PUT of the space."""

    def put(*, as_=owner, headers=None, at=space, key=None, **body):
        return call(update_space, as_=as_, path={"space_id": at}, body=body, headers=headers, key=key)

    return put


def stored(world, space):
    [row] = world.sql("SELECT * FROM spaces WHERE id = %(id)s", id=space)
    return row


def test_only_the_given_fields_of_a_space_are_changed(world, call, put, owner, space):
    before = call(get_space, as_=owner, path={"space_id": space}).json

    reply = put(name="Corner Suite", base_price_monthly=Decimal("5500.50"))

    changed = {"name": "Corner Suite", "base_price_monthly": Decimal("5500.50")}
    assert reply.status == 200
    assert reply.json["updated_at"] > before["updated_at"]
    same = {name: value for name, value in before.items() if name in reply.json}
    assert reply.json == same | changed | {"updated_at": reply.json["updated_at"]}
    row = stored(world, space)
    assert (row["price_minor"], row["updated_by"]) == (550050, owner.id)
    assert world.events(space) == ["space.updated"]
    [audit] = world.audits(space)
    assert (audit["before"]["base_price_monthly"], audit["after"]["name"]) == (5000, "Corner Suite")


def test_all_fields_of_a_space_can_be_changed_at_once(put):
    everything = {
        "name": "Archive",
        "gross_sqft": Decimal("500.25"),
        "usable_sqft": 500,
        "usage_type": "STORAGE",
        "is_leasable": False,
        "base_price_monthly": 900,
        "currency": "EUR",
        "availability_status": "MAINTENANCE",
        "amenities": ["dry"],
        "images": ["https://example.com/1.jpg"],
        "external_id": "S-9",
    }

    reply = put(**everything)

    assert reply.status == 200
    assert {name: reply.json[name] for name in everything} == everything


def test_null_clears_an_optional_field_of_a_space(put):
    cleared = put(base_price_monthly=None, external_id=None, amenities=None, images=None).json

    assert [cleared[name] for name in ("base_price_monthly", "external_id", "amenities", "images")] == [
        None,
        None,
        [],
        [],
    ]


def test_an_update_without_changes_emits_no_space_event(world, put, space):
    before = stored(world, space)

    assert put().status == put(gross_sqft=1000, availability_status="AVAILABLE").status == 200

    assert stored(world, space) == before
    assert world.events(space) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        # Against what is stored: 1,000 gross, 800 usable.
        ({"usable_sqft": Decimal("1000.01")}, "usable_sqft"),
        ({"gross_sqft": 799}, "usable_sqft"),
        ({"gross_sqft": 500, "usable_sqft": 501}, "usable_sqft"),
        ({"base_price_monthly": Decimal("1.5"), "currency": "JPY"}, "base_price_monthly"),
        ({"gross_sqft": None}, "gross_sqft"),
        ({"gross_sqft": "1000"}, "gross_sqft"),
        ({"usable_sqft": -1}, "usable_sqft"),
        ({"name": None}, "name"),
        ({"usage_type": None}, "usage_type"),
        ({"usage_type": "PENTHOUSE"}, "usage_type"),
        ({"is_leasable": None}, "is_leasable"),
        ({"is_leasable": "yes"}, "is_leasable"),
        ({"base_price_monthly": -1}, "base_price_monthly"),
        ({"base_price_monthly": "5000"}, "base_price_monthly"),
        ({"currency": None}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"availability_status": None}, "availability_status"),
        ({"availability_status": "FREE"}, "availability_status"),
        ({"images": ["javascript:alert(1)"]}, "images.0"),
        # Nobody assigns what is not theirs to say (quality 38).
        ({"id": "0190a4d4-0000-7000-8000-000000000000"}, "id"),
        ({"floor_id": "0190a4d4-0000-7000-8000-000000000000"}, "floor_id"),
        ({"building_id": "0190a4d4-0000-7000-8000-000000000000"}, "building_id"),
        ({"owner_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_id"),
        ({"owner_organization_id": "0190a4d4-0000-7000-8000-000000000000"}, "owner_organization_id"),
        ({"held_by_contract_id": None}, "held_by_contract_id"),
        ({"price_minor": 1}, "price_minor"),
        ({"created_at": "2025-01-01T00:00:00Z"}, "created_at"),
        ({"deleted_at": "2025-01-01T00:00:00Z"}, "deleted_at"),
        ({"status": "OCCUPIED"}, "status"),
    ],
)
def test_an_invalid_field_of_a_space_is_named_and_changes_nothing(world, put, space, change, field):
    before = stored(world, space)

    reply = put(**change)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])
    assert stored(world, space) == before


def test_cents_are_refused_in_a_price_in_a_currency_without_cents(put):
    put(base_price_monthly=Decimal("5000.50"))

    assert put(currency="JPY").fields == ["base_price_monthly"]
    assert put(currency="JPY", base_price_monthly=5000).status == 200


def test_an_owner_can_switch_a_space_to_maintenance_and_back(put):
    assert put(availability_status="MAINTENANCE").json["availability_status"] == "MAINTENANCE"
    assert put(availability_status="AVAILABLE").json["availability_status"] == "AVAILABLE"


@pytest.mark.parametrize("wanted", ["RESERVED", "OCCUPIED"])
@pytest.mark.parametrize("present", ["AVAILABLE", "MAINTENANCE"])
def test_an_owner_cannot_set_an_availability_that_only_contracts_set(world, put, owner, present, wanted):
    space = world.space(owner, status=present)

    reply = put(at=space, availability_status=wanted, name="Other")

    assert (reply.status, reply.code) == (409, "AVAILABILITY_FIXED")
    assert (stored(world, space)["availability_status"], world.events(space)) == (present, [])


def test_the_availability_of_a_held_or_leased_space_cannot_be_changed(world, call):
    deal = Deal(world, call)

    def put(**body):
        return call(update_space, as_=deal.owner, path={"space_id": deal.space}, body=body)

    for wanted in ("AVAILABLE", "MAINTENANCE", "OCCUPIED"):
        assert put(availability_status=wanted).code == "AVAILABILITY_FIXED"
    assert put(availability_status="RESERVED", name="Still editable").status == 200
    assert deal.space_status() == "RESERVED"
    # A contract that lives holds the space also where its status does not say so.
    world.sql("UPDATE spaces SET availability_status = 'AVAILABLE' WHERE id = %(id)s", id=deal.space)
    assert put(availability_status="MAINTENANCE").code == "AVAILABILITY_FIXED"


def test_updating_another_organizations_or_a_deleted_space_is_not_found(world, put, owner, space):
    missing = put(at=other_id(), name="Mine")
    gone = world.space(owner)
    world.sql("UPDATE spaces SET deleted_at = now() WHERE id = %(id)s", id=gone)

    for reply in (put(as_=world.owner(), name="Mine"), put(at=gone, name="Mine")):
        assert (reply.status, reply.json["error"]) == (404, missing.json["error"])
    assert stored(world, space)["name"] != "Mine"


def test_only_the_owners_side_and_administrators_may_update_a_space(world, put, owner):
    assert put(as_=world.colleague(owner, Role.AGENT), name="By the agent").status == 200
    assert put(as_=world.user(Role.SUPER_ADMIN), name="By us").json["owner_id"] == str(owner.id)
    for role in (Role.CLIENT, Role.BROKER, Role.SUPPORT, Role.FINANCIAL_OFFICER):
        assert put(as_=world.user(role), name="No").status == 403


def test_an_update_cannot_take_another_spaces_external_id(world, put, owner):
    world.space(owner, external_id="S-1")

    assert (put(external_id="S-1").status, put(external_id="S-1").code) == (409, "EXTERNAL_ID_TAKEN")


def test_an_updated_space_is_found_by_a_search_at_once(call, put, owner, space):
    put(amenities=["sauna"], base_price_monthly=77)
    query = {"amenities": "sauna", "max_price": 77, "min_price": 77}

    [found] = [one for one in call(search_spaces, query=query).json["data"] if one["id"] == str(space)]

    assert found["base_price_monthly"] == 77


def test_the_etag_of_a_space_is_accepted_as_if_match(world, call, put, owner, space):
    read = call(get_space, path={"space_id": space}).headers["etag"]
    world.space(owner)

    first = put(name="First", headers={"If-Match": read})
    late = put(name="Late", headers={"If-Match": read})

    assert (first.status, late.status, late.code) == (200, 412, "PRECONDITION_FAILED")
    assert put(name="Second", headers={"If-Match": first.headers["etag"]}).status == 200


def test_of_two_concurrent_updates_of_one_version_of_a_space_one_succeeds(world, call, put, space):
    for number in range(10):
        headers = {"If-Match": call(get_space, path={"space_id": space}).headers["etag"]}
        names = (f"First {number}", f"Second {number}")

        replies = together([lambda n=name, h=headers: put(name=n, headers=h) for name in names])

        assert sorted(reply.status for reply in replies) == [200, 412]
        [won] = [reply.json["name"] for reply in replies if reply.status == 200]
        assert stored(world, space)["name"] == won


def test_a_concurrent_approval_and_switch_to_maintenance_are_serialized(world, call, put, owner):
    client = world.client()
    for number in range(10):
        space = world.space(owner)
        etag = call(get_space, path={"space_id": space}).headers["etag"]
        headers = {"If-Match": etag} if number % 2 else None
        bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 1}).json["id"]

        moved, approved = together(
            [
                lambda s=space, h=headers: put(at=s, availability_status="MAINTENANCE", headers=h),
                lambda b=bid: call(approve_bid, as_=owner, path={"bid_id": b}),
            ]
        )

        row = stored(world, space)
        if approved.status == 200:
            assert moved.status == (412 if headers else 409)
            assert row["availability_status"] == "RESERVED"
        else:
            assert (moved.status, approved.code) == (200, "SPACE_NOT_AVAILABLE")
            assert (row["availability_status"], row["held_by_contract_id"]) == ("MAINTENANCE", None)
