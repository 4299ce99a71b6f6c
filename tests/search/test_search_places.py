"""Where: around a place, in a city; and what else a search is narrowed by: use, currency, the day that it is free."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.buildings.update_building import update_building
from functions.search.search_spaces import search_spaces
from shared.kit.ids import new_id
from tests.call import ids_in

DEGREE_KM = 111.195
"""Of latitude."""


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def place(world, owner):
    """A name in no other test, a building there, and a space in it."""

    def make(name, latitude, longitude, city="Atlantis", **changes):
        building = world.building(owner, floors=1)
        world.sql(
            "UPDATE buildings SET latitude = %(latitude)s, longitude = %(longitude)s,"
            " address = address || jsonb_build_object('city', %(city)s::text) WHERE id = %(id)s",
            id=building,
            latitude=latitude,
            longitude=longitude,
            city=city,
        )
        return world.space(owner, building=building, name=name, **changes)

    return make


def found(call, as_=None, **query):
    reply = call(search_spaces, as_=as_, query=query)
    assert reply.status == 200, reply.json
    return [space["name"] for space in reply.json["data"]]


def test_spaces_near_a_point_are_sorted_by_distance(call, place):
    place("Far", -60, 10.3)
    place("Near", -60, 10.1)
    place("Here", -60, 10)
    place("Away", -59, 10)

    reply = call(search_spaces, query={"near": "-60,10", "radius_km": "20"})

    assert [space["name"] for space in reply.json["data"]] == ["Here", "Near", "Far"]
    here, near, far = (float(space["distance_km"]) for space in reply.json["data"])
    assert here == 0
    # A degree of longitude is half as long at 60 degrees.
    assert near == pytest.approx(DEGREE_KM / 20, rel=0.001)
    assert far == pytest.approx(3 * DEGREE_KM / 20, rel=0.001)
    assert reply.json["meta"]["total"] == 3
    assert found(call, near="-60,10", radius_km="20", sort="distance") == ["Here", "Near", "Far"]
    assert found(call, near="-60,10", radius_km="20", sort="sqft_desc", q="near") == ["Near"]
    assert found(call, near="-60,10", radius_km="1") == ["Here"]
    assert found(call, near="-60,10") == ["Here", "Near"]  # 10 km, where nothing is said
    assert "Away" in found(call, near="-60,10", radius_km="112")


def test_a_search_works_across_the_date_line_and_the_poles(call, place):
    place("East", -50, 179.99)
    place("West", -50, -179.99)
    place("Pole", -89.99, 0)
    place("Across", -89.99, 180)

    assert sorted(found(call, near="-50,180", radius_km="2")) == ["East", "West"]
    assert found(call, near="-90,77", radius_km="2", sort="relevance") in (["Pole", "Across"], ["Across", "Pole"])


def test_a_building_without_coordinates_is_not_found_near_any_point(world, call, owner):
    building = world.building(owner, floors=1)
    world.sql("UPDATE buildings SET latitude = NULL, longitude = NULL WHERE id = %(id)s", id=building)
    world.space(owner, building=building)

    assert found(call, building_id=building, near="0,0", radius_km="20000") == []
    [space] = call(search_spaces, query={"building_id": building}).json["data"]
    assert space["distance_km"] is None


def test_spaces_are_found_at_a_moved_buildings_new_coordinates(world, call, owner, place):
    space = place("Moving", -40, -140)
    [row] = world.sql("SELECT building_id FROM spaces WHERE id = %(id)s", id=space)

    moved = call(update_building, as_=owner, path={"building_id": row["building_id"]}, body={"latitude": -45})

    assert moved.status == 200
    assert found(call, near="-40,-140") == []
    assert found(call, near="-45,-140") == ["Moving"]


def test_pages_sorted_by_distance_stay_stable_during_inserts(world, call, owner, place):
    for number in range(3):
        for _ in range(2):
            place(f"Ring {number}", -30, -100 + number / 100)
    # In the same building, the same place, and unlisted.
    [row] = world.sql("SELECT building_id FROM spaces WHERE name = 'Ring 1' AND owner_organization_id = %(id)s LIMIT 1",
                      id=owner.organization_id)  # fmt: skip
    world.space(owner, building=row["building_id"], name="Ring 1")
    world.space(owner, building=row["building_id"], name="Ring 1", is_leasable=False)
    query = {"near": "-30,-100", "radius_km": "5"}
    whole = [space["id"] for space in call(search_spaces, as_=owner, query=query).json["data"]]
    assert len(whole) == 8

    for limit in (1, 3):
        assert ids_in(search_spaces, as_=owner, query=query | {"limit": limit}) == whole

    first = call(search_spaces, as_=owner, query=query | {"limit": 4}).json
    new = str(place("Ring 0", -30, -100))
    rest = call(search_spaces, as_=owner, query=query | {"cursor": first["meta"]["cursor"]}).json
    seen = [space["id"] for space in first["data"] + rest["data"]]
    assert [space for space in seen if space != new] == whole


def test_a_search_can_be_filtered_by_city_use_and_currency(call, place):
    place("Lab", -20, -120, city="Nova  Petrópolis", usage_type="OTHER", currency="CHF")
    place("Desk", -20, -120, city="Nova Petrópolis", currency="CHF")
    place("Till", -20, -120, city="Petrópolis")

    assert sorted(found(call, city="nova petropolis")) == ["Desk", "Lab"]
    assert found(call, city="NOVA PETRÓPOLIS", usage_type="OTHER") == ["Lab"]
    assert found(call, city="Nova Petrópolis", currency="USD") == []
    assert found(call, city="Petrópolis") == ["Till"]
    assert found(call, city="Petr_polis") == found(call, city="%") == []


def test_a_search_for_a_day_finds_spaces_that_are_free_by_then(world, call, owner, place):
    """A space that is let is free on the day after its last lease ends; one that is being mended on no day."""
    client = world.client()
    today = datetime.now(UTC).date()
    ends = today + timedelta(days=100)
    for name, status in (("Free", "AVAILABLE"), ("Let", "OCCUPIED"), ("Mended", "MAINTENANCE"), ("Held", "RESERVED")):
        space = place(name, -10, -130, city="Freetown upon Sea", status=status)
        if name in ("Let", "Mended"):
            lease(world, owner, client, space, ends)

    def free(day):
        return sorted(found(call, city="Freetown upon Sea", available_from=str(day)))

    assert free(today) == free(ends) == ["Free"]
    assert free(ends + timedelta(days=1)) == ["Free", "Let"]


def lease(world, owner, client, space, ends):
    world.sql(
        """INSERT INTO contracts (id, space_id, building_id, owner_id, owner_organization_id, client_id,
                                  client_organization_id, start_date, end_date, term_months, base_rent, owner_party,
                                  client_party, premises, status, document_sha256)
           SELECT %(id)s, s.id, s.building_id, %(owner)s, s.owner_organization_id, %(client)s, %(organization)s,
                  '2026-01-01', %(ends)s, 12, 1000, '{}', '{}', '{}', 'ACTIVE', repeat('a', 64)
           FROM spaces s WHERE s.id = %(space)s""",
        id=new_id(),
        owner=owner.id,
        client=client.id,
        organization=client.organization_id,
        space=space,
        ends=ends,
    )


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"near": "1"}, "near"),
        ({"near": "91,0"}, "near"),
        ({"near": "0,181"}, "near"),
        ({"near": "a,b"}, "near"),
        ({"near": "1,2,3"}, "near"),
        ({"near": "1e1,2"}, "near"),
        ({"near": "NaN,2"}, "near"),
        ({"near": "1, 2"}, "near"),
        ({"near": "٣,2"}, "near"),
        ({"near": "1,2", "radius_km": "0"}, "radius_km"),
        ({"near": "1,2", "radius_km": "-1"}, "radius_km"),
        ({"near": "1,2", "radius_km": "20001"}, "radius_km"),
        ({"near": "1,2", "radius_km": "inf"}, "radius_km"),
        ({"radius_km": "5"}, "radius_km"),
        ({"sort": "distance"}, "sort"),
        ({"city": ""}, "city"),
        ({"city": "x" * 101}, "city"),
        ({"usage_type": "office"}, "usage_type"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"available_from": "2026-02-30"}, "available_from"),
        ({"available_from": "soon"}, "available_from"),
    ],
)
def test_an_invalid_place_parameter_of_a_search_is_reported_by_name(call, query, field):
    reply = call(search_spaces, query=query)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])
