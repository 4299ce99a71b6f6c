"""Buildings, floors and spaces from a file: what is created, what is changed, what is refused, row by row."""

import pytest

from functions.buildings.get_building import get_building
from functions.buildings.list_buildings import list_buildings
from functions.imports.import_buildings import import_buildings
from shared.kit.catalog import Role
from tests.imports.files import asked, csv_of, faults, imported, row, run, spaces, state


@pytest.fixture
def owner(world):
    return world.owner()


def spaces_of(world, owner):
    return world.sql(
        """SELECT s.external_id, s.name, s.gross_sqft, s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly,
                  s.currency, s.amenities, f.floor_number, b.external_id AS building
           FROM spaces s JOIN floors f ON f.id = s.floor_id JOIN buildings b ON b.id = s.building_id
           WHERE s.owner_organization_id = %(organization)s ORDER BY s.external_id""",
        organization=owner.organization_id,
    )


def test_a_file_makes_buildings_with_their_floors_and_spaces(world, owner, call):
    content = csv_of([row(), row(space_external_id="B-001-0401", space_name="Suite 401", floor_number=4)])

    answer = asked(import_buildings, owner, content)

    assert (answer.status, answer.json["status"]) == (202, "QUEUED")
    assert answer.json.keys() == {"id", "status"}
    run(world, answer.json["id"])
    done = state(owner, answer.json["id"])
    assert (done["status"], done["total"], done["succeeded"], done["failed"]) == ("COMPLETED", 2, 2, 0)
    [building] = call(list_buildings, as_=owner).json["data"]
    assert (building["external_id"], building["timezone"], building["total_floors"]) == (
        "B-001",
        "America/New_York",
        12,
    )
    assert building["address"] == {
        "street": "12 Harbor Street",
        "city": "Boston",
        "state": "MA",
        "country": "USA",
        "postal_code": "02110",
    }
    full = call(get_building, as_=owner, path={"building_id": building["id"]}).json
    assert [floor["floor_number"] for floor in full["floors"]] == list(range(1, 13))
    assert [space["name"] for floor in full["floors"] for space in floor["spaces"]] == ["Suite 301", "Suite 401"]
    assert full["total_spaces"] == 2
    [first, _] = spaces_of(world, owner)
    assert (float(first["gross_sqft"]), float(first["usable_sqft"]), float(first["base_price_monthly"])) == (
        2500, 2100.5, 7800,
    )  # fmt: skip
    assert first["amenities"] == ["Elevator", "Parking"]


def test_only_the_required_columns_are_needed(world, owner, call):
    required = {
        "building_external_id": "B",
        "building_name": "Mill",
        "country": "Germany",
        "total_floors": "2",
        "floor_number": "1",
        "space_external_id": "S",
        "space_name": "Loft",
        "gross_sqft": "100",
        "usable_sqft": "90",
        "usage_type": "office",
        "currency": "eur",
    }

    done = imported(world, import_buildings, owner, csv_of([required]))

    assert (done["status"], done["columns_read"]) == ("COMPLETED", list(required))
    [space] = spaces_of(world, owner)
    assert (space["is_leasable"], space["base_price_monthly"], space["amenities"]) == (True, None, [])
    [building] = call(list_buildings, as_=owner).json["data"]
    assert (building["address"]["street"], building["address"]["country"]) == (None, "Germany")
    assert building["timezone"] == "UTC"


def test_the_same_rows_another_time_change_nothing(world, owner):
    rows = spaces(3)
    imported(world, import_buildings, owner, csv_of(rows))
    before = spaces_of(world, owner)
    audits = len(
        world.sql(
            "SELECT 1 FROM audit_logs WHERE organization_id = %(id)s AND action LIKE 'space.%%'",
            id=owner.organization_id,
        )
    )

    done = imported(world, import_buildings, owner, csv_of(rows, delimiter=";"))

    assert (done["status"], done["succeeded"]) == ("COMPLETED", 3)
    assert spaces_of(world, owner) == before
    assert (
        audits
        == 3
        == len(
            world.sql(
                "SELECT 1 FROM audit_logs WHERE organization_id = %(id)s AND action LIKE 'space.%%'",
                id=owner.organization_id,
            )
        )
    )


def test_the_same_file_is_not_imported_twice(world, owner):
    content = csv_of(spaces(1))
    first = asked(import_buildings, owner, content).json["id"]

    again = asked(import_buildings, owner, content)

    assert (again.json["id"], again.json["status"]) == (first, "QUEUED")
    run(world, first)
    assert asked(import_buildings, owner, content).json == {"id": first, "status": "COMPLETED"}
    assert asked(import_buildings, world.owner(), content).json["id"] != first


def test_a_known_space_is_updated_and_what_the_file_lacks_stays(world, owner):
    imported(world, import_buildings, owner, csv_of([row()]))
    changed = row(gross_sqft="2600", building_name="Harbor House")
    header = [name for name in changed if name not in ("amenities", "base_price_monthly", "street")]

    done = imported(world, import_buildings, owner, csv_of([changed], header=header))

    assert done["status"] == "COMPLETED"
    [space] = spaces_of(world, owner)
    assert (float(space["gross_sqft"]), float(space["base_price_monthly"])) == (2600, 7800)
    assert space["amenities"] == ["Elevator", "Parking"]
    [building] = world.sql(
        "SELECT name, address FROM buildings WHERE owner_organization_id = %(id)s", id=owner.organization_id
    )
    assert (building["name"], building["address"]["street"]) == ("Harbor House", "12 Harbor Street")


def test_a_wrong_row_is_reported_and_the_others_are_imported(world, owner):
    rows = [*spaces(2), row(space_external_id="S-3", usage_type="OFICE", usable_sqft="9,000.00")]

    done = imported(world, import_buildings, owner, csv_of(rows))

    assert (done["status"], done["succeeded"], done["failed"]) == ("COMPLETED_WITH_ERRORS", 2, 1)
    assert [space["external_id"] for space in spaces_of(world, owner)] == ["S-1", "S-2"]
    found = {fault["column"]: fault for fault in faults(owner, done["id"])}
    assert found.keys() == {"usage_type", "usable_sqft"}
    assert found["usage_type"] == {
        "row": 4,
        "column": "usage_type",
        "code": "NOT_A_CHOICE",
        "message": "must be OFFICE, CANTEEN, RESTROOM, STORAGE, CORRIDOR, JANITOR or OTHER",
        "value": "OFICE",
        "suggestion": "OFFICE",
    }
    assert found["usable_sqft"]["suggestion"] == "9000.00"


WRONG = [
    ({"building_name": ""}, "building_name", "REQUIRED"),
    ({"country": "Germny"}, "country", "INVALID"),
    ({"latitude": ""}, "latitude", "REQUIRED"),
    ({"latitude": "91"}, "latitude", "TOO_LARGE"),
    ({"timezone": "Mars/Base"}, "timezone", "WRONG_FORMAT"),
    ({"total_floors": "0"}, "total_floors", "TOO_SMALL"),
    ({"floor_number": "13"}, "floor_number", "TOO_LARGE"),
    ({"floor_number": "-1"}, "floor_number", "WRONG_TYPE"),
    ({"gross_sqft": "0"}, "gross_sqft", "TOO_SMALL"),
    ({"gross_sqft": "1e3"}, "gross_sqft", "WRONG_FORMAT"),
    ({"usable_sqft": "2500.001"}, "usable_sqft", "WRONG_FORMAT"),
    ({"usable_sqft": "2501"}, "usable_sqft", "TOO_LARGE"),
    ({"is_leasable": "perhaps"}, "is_leasable", "NOT_A_CHOICE"),
    ({"currency": "USDD"}, "currency", "NOT_A_CHOICE"),
    ({"currency": "JPY", "base_price_monthly": "100.50"}, "base_price_monthly", "WRONG_FORMAT"),
    ({"space_name": "x" * 256}, "space_name", "TOO_LONG"),
    ({"space_name": "Suite\u202e103"}, "space_name", "INVALID_CHARACTER"),
    ({"amenities": "a,b"}, "amenities", "INVALID"),
]


def test_each_rule_names_its_column_and_a_code(world, owner):
    rows = [row(space_external_id=f"S-{n}", **cells) for n, (cells, _, _) in enumerate(WRONG)]

    done = imported(world, import_buildings, owner, csv_of(rows))

    assert (done["succeeded"], done["failed"]) == (0, len(WRONG))
    assert [(fault["row"], fault["column"], fault["code"]) for fault in faults(owner, done["id"])] == [
        (n + 2, column, code) for n, (_, column, code) in enumerate(WRONG)
    ]


def test_a_space_does_not_move(world, owner):
    imported(world, import_buildings, owner, csv_of([row()]))
    other = row(space_external_id="S-9", building_external_id="B-002")
    rows = [other, row(floor_number=4), row(building_external_id="B-002", space_external_id="B-001-0301")]

    done = imported(world, import_buildings, owner, csv_of(rows))

    assert (done["succeeded"], done["failed"]) == (1, 2)
    assert [(fault["row"], fault["column"], fault["code"]) for fault in faults(owner, done["id"])] == [
        (3, "floor_number", "IN_USE"),
        (4, "space_external_id", "IN_USE"),
    ]
    again = imported(world, import_buildings, owner, csv_of(rows[2:]))
    [fault] = faults(owner, again["id"])
    assert (fault["column"], fault["suggestion"]) == ("building_external_id", "B-001")


def test_an_external_id_stands_in_one_row_only(world, owner):
    rows = [row(space_name="First"), row(space_name="Second")]

    done = imported(world, import_buildings, owner, csv_of(rows))

    [fault] = faults(owner, done["id"])
    assert (fault["row"], fault["column"], fault["message"]) == (3, "space_external_id", "stands in row 2 already")
    assert [space["name"] for space in spaces_of(world, owner)] == ["First"]


def test_floors_are_added_and_only_empty_ones_go(world, owner):
    imported(world, import_buildings, owner, csv_of([row(total_floors=3, floor_number=3)]))

    more = imported(world, import_buildings, owner, csv_of([row(total_floors=5, floor_number=3)]))
    less = imported(
        world, import_buildings, owner, csv_of([row(total_floors=2, floor_number=2, space_external_id="X")])
    )
    back = imported(world, import_buildings, owner, csv_of([row(total_floors=3, floor_number=3, space_name="Z")]))

    assert (more["status"], less["failed"], back["status"]) == ("COMPLETED", 1, "COMPLETED")
    [fault] = faults(owner, less["id"])
    assert (fault["column"], fault["code"]) == ("total_floors", "IN_USE")
    floors = world.sql(
        """SELECT f.floor_number FROM floors f WHERE f.owner_organization_id = %(id)s AND f.deleted_at IS NULL
           ORDER BY 1""",
        id=owner.organization_id,
    )
    assert [floor["floor_number"] for floor in floors] == [1, 2, 3]


def test_a_dry_run_checks_everything_and_changes_nothing(world, owner):
    content = csv_of([*spaces(2), row(space_external_id="S-9", currency="X")])

    done = imported(world, import_buildings, owner, content, dry_run="true")

    assert (done["dry_run"], done["status"]) == (True, "COMPLETED_WITH_ERRORS")
    assert (done["succeeded"], done["failed"]) == (2, 1)
    assert spaces_of(world, owner) == []
    assert imported(world, import_buildings, owner, content)["succeeded"] == 2


def test_an_owner_imports_into_no_other_organization(world, owner):
    other = world.owner()

    assert asked(import_buildings, owner, csv_of(spaces(1)), organization_id=other.organization_id).status == 404
    assert asked(import_buildings, world.user(Role.AGENT, owner.organization_id), csv_of(spaces(1))).status == 403


def test_an_administrator_names_the_organization(world, owner):
    admin = world.user(Role.SUPER_ADMIN)

    done = imported(world, import_buildings, admin, csv_of(spaces(1)), organization_id=owner.organization_id)

    assert done["status"] == "COMPLETED"
    [space] = spaces_of(world, owner)
    assert space["external_id"] == "S-1"
    [building] = world.sql(
        "SELECT owner_id FROM buildings WHERE owner_organization_id = %(id)s", id=owner.organization_id
    )
    assert building["owner_id"] == owner.id
    assert state(owner, done["id"])["id"] == done["id"]


def test_the_external_ids_of_two_organizations_have_nothing_to_do_with_each_other(world, owner):
    other = world.owner()
    imported(world, import_buildings, owner, csv_of([row()]))

    done = imported(world, import_buildings, other, csv_of([row(space_name="Theirs")]))

    assert done["status"] == "COMPLETED"
    assert [space["name"] for space in spaces_of(world, owner)] == ["Suite 301"]
    assert [space["name"] for space in spaces_of(world, other)] == ["Theirs"]
