"""Who did what: everything is entered, nobody changes an entry, and the seals show if somebody did (quality 73)."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from functions.admin.list_audit_logs import list_audit_logs
from functions.admin.seal_audit import seal_audit
from functions.admin.verify_audit import verify_audit
from functions.bids.approve_bid import approve_bid
from functions.buildings.create_building import create_building
from functions.buildings.get_building import get_building
from functions.contracts.list_contracts import list_contracts
from shared.kit import db
from shared.kit.catalog import Role
from shared.kit.errors import Unavailable
from tests.world import ADDRESS

BUILDING = {"name": "Tower", "address": ADDRESS, "total_floors": 3}


def read(call, as_, **query):
    return call(list_audit_logs, as_=as_, query=query).json["data"]


def built(world, call):
    owner = world.owner()
    return owner, call(create_building, as_=owner, body=BUILDING, headers={"user-agent": "curl/8"}).json["id"]


def test_an_owner_reads_who_changed_what(world, call):
    owner, building = built(world, call)

    [entry] = read(call, owner, resource_id=building)

    assert entry["action"] == "building.created"
    assert (entry["operation"], entry["resource_type"], entry["response_status"]) == (
        "create_building",
        "building",
        201,
    )
    assert (entry["user_id"], entry["organization_id"]) == (str(owner.id), str(owner.organization_id))
    assert (entry["ip_address"], entry["user_agent"]) == ("203.0.113.7", "curl/8")
    assert entry["before"] is None


def test_a_refused_change_is_audited_too(world, call):
    owner, building = built(world, call)
    stranger = world.owner()
    bid = building

    assert call(approve_bid, as_=stranger, path={"bid_id": bid}, body={}).status == 404

    [entry] = read(call, stranger, resource_id=bid)
    assert (entry["action"], entry["after"], entry["response_status"]) == (
        "approve_bid.refused",
        {"code": "NOT_FOUND"},
        404,
    )


def test_an_owner_reads_only_their_own_organizations_audit_log(world, call):
    _, building = built(world, call)

    assert read(call, world.owner(), resource_id=building) == []


def test_staff_read_every_organizations_audit_log(world, call):
    owner, building = built(world, call)

    for role in (Role.SUPPORT, Role.SUPER_ADMIN):
        [entry] = read(call, world.user(role), resource_id=building, action="building.created")
        assert entry["user_id"] == str(owner.id)


def test_each_read_by_staff_is_audited(world, call):
    _, building = built(world, call)
    support = world.user(Role.SUPPORT)

    assert call(get_building, as_=support, path={"building_id": building}).status == 200
    call(list_contracts, as_=support)

    entries = read(call, world.user(Role.SUPER_ADMIN), user_id=support.id)
    assert [(entry["action"], entry["resource_id"]) for entry in entries] == [
        ("list_contracts.read", None),
        ("get_building.read", building),
    ]


def test_staff_cannot_read_when_the_read_cannot_be_audited(world, call, monkeypatch):
    support = world.user(Role.SUPPORT)

    def fail(*_):
        raise Unavailable(message="The database does not answer.")

    monkeypatch.setattr(db, "_record", fail)

    assert call(list_contracts, as_=support).status == 503


def test_reads_by_other_roles_are_not_audited(world, call):
    owner, building = built(world, call)

    call(get_building, as_=owner, path={"building_id": building})

    assert [entry["action"] for entry in read(call, owner)] == ["building.created"]


def test_the_audit_log_is_filtered(world, call):
    owner, building = built(world, call)
    today = datetime.now(UTC).date()
    everything = read(call, owner)

    for asked in (
        {"user_id": owner.id},
        {"action": "building.created"},
        {"resource_type": "building"},
        {"resource_id": building},
        {"from": today - timedelta(days=1), "to": today},
    ):
        assert read(call, owner, **asked) == everything
    for asked in (
        {"user_id": building},
        {"action": "building.%"},
        {"resource_type": "bid"},
        {"resource_id": owner.id},
        {"from": today + timedelta(days=1)},
        {"to": date(2020, 1, 1)},
    ):
        assert read(call, owner, **asked) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-02-02", "to": "2026-02-01"}, "to"),
        ({"from": "yesterday"}, "from"),
        ({"begins": "2026-02-01"}, "begins"),
        ({"user_id": "me"}, "user_id"),
        ({"action": "x" * 101}, "action"),
    ],
)
def test_an_invalid_filter_is_reported_by_name(world, call, query, field):
    reply = call(list_audit_logs, as_=world.owner(), query=query)

    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize("role", ["app_reader", "app_user", "app_worker", "app_auth"])
@pytest.mark.parametrize("statement", ["UPDATE audit_logs SET action = 'x'", "DELETE FROM audit_logs"])
def test_no_application_role_can_change_an_audit_entry(world, role, statement):
    with psycopg.connect(world.database_url, autocommit=True) as connection:
        connection.execute(f"SET ROLE {role}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET action = 'x'",
        "UPDATE audit_logs SET ip_address = '10.0.0.1'",
        "UPDATE audit_logs SET ip_address = NULL, user_agent = NULL, user_id = NULL",
        "DELETE FROM audit_logs",
    ],
)
def test_a_superuser_cannot_change_an_audit_entry_while_the_trigger_exists(world, call, statement):
    built(world, call)

    with pytest.raises(psycopg.errors.RestrictViolation):
        world.sql(statement)


@pytest.fixture
def tampered(world):
    """Behind the triggers' back, as only the database's owner could."""

    def run(statement, **values):
        with psycopg.connect(world.database_url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(statement, values)

    yield run
    run("DELETE FROM audit_seals")


@pytest.fixture
def entry(world, call, tampered):
    """One that is long settled, and sealed."""
    tampered("DELETE FROM audit_seals")
    _, building = built(world, call)
    tampered(
        "UPDATE audit_logs SET created_at = now() - interval '2 hours' WHERE created_at > now() - interval '2 hours'"
    )
    seal_audit({}, None)
    tampered("UPDATE audit_seals SET sealed_until = now() - interval '90 minutes'")
    found = verify_audit({}, None)
    assert (found["intact"], found["seals"], found["unsealed"]) == (True, 1, 0)
    return world.audits(building)[0]["id"]


def test_a_second_run_of_the_sealing_job_seals_nothing(entry):
    seal_audit({}, None)

    assert verify_audit({}, None)["seals"] == 1


def test_audit_entries_younger_than_an_hour_are_not_sealed(entry, world, call):
    built(world, call)
    seal_audit({}, None)

    found = verify_audit({}, None)

    assert (found["seals"], found["unsealed"], found["intact"]) == (1, 1, True)


def test_each_audit_seal_continues_the_previous_one(entry, world, call, tampered):
    _, building = built(world, call)
    tampered("UPDATE audit_logs SET created_at = now() - interval '61 minutes' WHERE resource_id = %(id)s", id=building)
    seal_audit({}, None)
    assert verify_audit({}, None)["intact"]

    tampered("UPDATE audit_seals SET hash = repeat('0', 64) WHERE number = 1")

    assert verify_audit({}, None)["broken"] == [1, 2]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET user_id = NULL WHERE id = %(id)s",
        "UPDATE audit_logs SET after = '{}' WHERE id = %(id)s",
        "UPDATE audit_logs SET created_at = created_at - interval '1 microsecond' WHERE id = %(id)s",
        "DELETE FROM audit_logs WHERE id = %(id)s",
        """INSERT INTO audit_logs (id, operation, action, resource_type, created_at)
           SELECT gen_random_uuid(), 'x', 'x', 'x', created_at FROM audit_logs WHERE id = %(id)s""",
    ],
)
def test_any_change_of_a_sealed_audit_entry_is_detected(entry, tampered, statement):
    tampered(statement, id=entry)

    found = verify_audit({}, None)

    assert (found["intact"], found["broken"]) == (False, [1])


def test_missing_audit_seals_are_detected_after_a_day(entry, tampered):
    tampered("DELETE FROM audit_seals")
    tampered("UPDATE audit_logs SET created_at = now() - interval '25 hours' WHERE id = %(id)s", id=entry)

    found = verify_audit({}, None)

    assert (found["intact"], found["overdue"]) == (False, 1)


def test_deleting_an_account_removes_its_traces_and_breaks_no_seal(entry, world):
    [row] = world.sql("SELECT user_id FROM audit_logs WHERE id = %(id)s", id=entry)

    world.sql("SELECT app.set_ctx(%(id)s, NULL, NULL), app.forget_traces()", id=row["user_id"])

    [left] = world.sql("SELECT ip_address, user_agent, user_id FROM audit_logs WHERE id = %(id)s", id=entry)
    assert (left["ip_address"], left["user_agent"], left["user_id"]) == (None, None, row["user_id"])
    assert verify_audit({}, None)["intact"]
