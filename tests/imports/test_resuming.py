"""An import goes on exactly where it was, whoever was killed and however often; of two at once, one does the work."""

import multiprocessing
import os
import signal
from functools import partial

import psycopg
import pytest

from functions.buildings.delete_building import delete_building
from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from functions.imports.restart_imports import restart_imports
from functions.imports.run_import import run_import
from functions.spaces.delete_space import delete_space
from functions.spaces.update_space import update_space
from shared.imports import inventory, queries, rules, running
from shared.imports.columns import Kind
from shared.kit import connection
from shared.kit.errors import Unavailable
from tests.call import call, invoke, together
from tests.imports.files import asked, csv_of, events_of, faults, imported, row, run, spaces, state
from tests.imports.test_import_leases import lease
from tests.invariants import untied

ROWS = 100


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(rules, "BATCH", 10)


def portfolio():
    """A hundred rows, of which every seventh is wrong."""
    return [cells | ({"currency": "none"} if n % 7 == 0 else {}) for n, cells in enumerate(spaces(ROWS))]


def killed_when(position, event):
    """Run the import in a process of its own, which is killed inside the transaction that passes that position."""

    def work():
        # The parent's connections are not ours to close.
        connection.connections().clear()
        moved = queries.update_moved

        def fatal(tx, import_id, succeeded, failed, told_at):
            now = moved(tx, import_id, succeeded, failed, told_at)
            if now["position"] >= position:
                os.kill(os.getpid(), signal.SIGKILL)
            return now

        running.queries.update_moved = fatal
        invoke(run_import, event)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def raising(error):
    def fails(*_, **__):
        raise error

    return fails


def found(world, owner):
    return world.sql(
        "SELECT external_id FROM spaces WHERE owner_organization_id = %(id)s ORDER BY created_at, id",
        id=owner.organization_id,
    )


@pytest.mark.parametrize("position", [1, 37, ROWS])
def test_an_import_that_is_killed_at_a_row_goes_on_exactly(world, owner, small, position):
    done = asked(import_buildings, owner, csv_of(portfolio())).json
    [requested] = events_of(world, done["id"], "import.requested")

    killed_when(position, requested)
    halfway = state(owner, done["id"])
    killed_when(position, requested)
    run(world, done["id"])

    assert halfway["status"] == "RUNNING"
    assert halfway["succeeded"] + halfway["failed"] == (position - 1) // 10 * 10
    whole = state(owner, done["id"])
    assert (whole["status"], whole["succeeded"], whole["failed"]) == ("COMPLETED_WITH_ERRORS", 85, 15)
    ids = [one["external_id"] for one in found(world, owner)]
    assert len(ids) == len(set(ids)) == 85
    rows = world.sql("SELECT row FROM import_failures WHERE import_id = %(id)s ORDER BY row", id=done["id"])
    assert [one["row"] for one in rows] == [n + 2 for n in range(ROWS) if n % 7 == 0]
    assert len(events_of(world, done["id"], "import.ended")) == 1


def test_leases_that_are_killed_with_their_import_are_there_once(world, owner, monkeypatch):
    monkeypatch.setattr(rules, "BATCH", 2)
    imported(world, import_buildings, owner, csv_of(spaces(5)))
    leases = [
        lease(world, space_external_id=f"S-{n}", contract_external_id=f"L-{n}", paid_through="") for n in range(1, 6)
    ]
    done = asked(import_leases, owner, csv_of(leases)).json
    [requested] = events_of(world, done["id"], "import.requested")

    killed_when(3, requested)
    run(world, done["id"])

    assert state(owner, done["id"])["succeeded"] == 5
    contracts = world.sql("SELECT id FROM contracts WHERE owner_organization_id = %(id)s", id=owner.organization_id)
    assert len(contracts) == 5
    assert untied(world.database_url, [str(one["id"]) for one in contracts]) == {}
    numbers = world.sql(
        "SELECT number FROM invoices WHERE owner_organization_id = %(id)s ORDER BY 1", id=owner.organization_id
    )
    assert [one["number"] for one in numbers] == list(range(1, 36))


def test_what_the_time_does_not_suffice_for_is_done_in_a_further_message(world, owner, small, monkeypatch):
    monkeypatch.setenv("IMPORT_SECONDS", "-1")

    done = imported(world, import_buildings, owner, csv_of(spaces(35)))

    assert (done["status"], done["succeeded"]) == ("COMPLETED", 35)
    assert len(events_of(world, done["id"], "import.continued")) == 3


def test_a_message_that_comes_again_changes_nothing(world, owner, small):
    done = imported(world, import_buildings, owner, csv_of(spaces(25)))
    before = world.events(done["id"])

    assert invoke(run_import, *events_of(world, done["id"], "import.requested")) == []

    assert world.events(done["id"]) == before
    assert state(owner, done["id"]) == done


@pytest.mark.race
def test_one_import_run_by_many_at_once_is_done_once(world, owner, small, rounds):
    for number in range(rounds):
        rows = [row(space_external_id=f"R{number}-{n}") for n in range(45)]
        done = asked(import_buildings, owner, csv_of(rows)).json
        [requested] = events_of(world, done["id"], "import.requested")

        together([partial(invoke, run_import, requested)] * 4)
        run(world, done["id"])

        whole = state(owner, done["id"])
        assert (whole["status"], whole["succeeded"], whole["failed"]) == ("COMPLETED", 45, 0)


@pytest.mark.race
def test_the_same_file_sent_by_many_at_once_is_one_import(world, owner, rounds):
    for number in range(rounds):
        content = csv_of([row(space_external_id=f"R{number}")])

        answers = together([partial(asked, import_buildings, owner, content)] * 5)

        assert {answer.status for answer in answers} == {202}
        assert len({answer.json["id"] for answer in answers}) == 1


@pytest.mark.parametrize("change", ["delete the building", "delete a space", "change a space"])
def test_the_same_file_is_imported_again_once_somebody_has_changed_what_it_made(world, owner, change):
    content = csv_of(spaces(3))
    first = imported(world, import_buildings, owner, content)
    [space] = world.sql(
        "SELECT id, building_id FROM spaces WHERE external_id = 'S-1' AND owner_organization_id = %(id)s",
        id=owner.organization_id,
    )
    if change == "delete the building":
        assert call(delete_building, as_=owner, path={"building_id": str(space["building_id"])}).status == 204
    elif change == "delete a space":
        assert call(delete_space, as_=owner, path={"space_id": str(space["id"])}).status == 204
    else:
        body = {"name": "Another name"}
        assert call(update_space, as_=owner, path={"space_id": str(space["id"])}, body=body).status == 200

    second = imported(world, import_buildings, owner, content)

    assert second["id"] != first["id"]
    assert (second["status"], second["succeeded"]) == ("COMPLETED", 3)
    names = world.sql(
        "SELECT name FROM spaces WHERE owner_organization_id = %(id)s AND deleted_at IS NULL ORDER BY name",
        id=owner.organization_id,
    )
    assert [one["name"] for one in names] == ["Suite 1", "Suite 2", "Suite 3"]
    assert imported(world, import_buildings, owner, content)["id"] == second["id"]


def test_a_building_that_is_deleted_during_its_import_stays_deleted(world, owner, small, monkeypatch):
    monkeypatch.setenv("IMPORT_SECONDS", "0")
    done = asked(import_buildings, owner, csv_of(spaces(20))).json
    [requested] = events_of(world, done["id"], "import.requested")
    assert invoke(run_import, requested) == []
    [building] = world.sql("SELECT id FROM buildings WHERE owner_organization_id = %(id)s", id=owner.organization_id)
    assert call(delete_building, as_=owner, path={"building_id": str(building["id"])}).status == 204

    run(world, done["id"])

    ended = state(owner, done["id"])
    assert (ended["status"], ended["succeeded"], ended["failed"]) == ("COMPLETED_WITH_ERRORS", 10, 10)
    found_faults = faults(owner, done["id"])
    assert {one["column"] for one in found_faults} == {"building_external_id"}
    assert "deleted during the import" in found_faults[0]["message"]
    sql = "SELECT 1 FROM spaces WHERE owner_organization_id = %(id)s AND deleted_at IS NULL"
    assert world.sql(sql, id=owner.organization_id) == []
    # Whoever imports the rows again means it.
    assert imported(world, import_buildings, owner, csv_of(spaces(20)))["succeeded"] == 20


@pytest.mark.race
def test_two_files_with_the_same_buildings_at_once_make_them_once(world, owner, rounds):
    for number in range(rounds):
        files = [
            csv_of(
                [row(building_external_id=f"B{number}", space_external_id=f"R{number}-{n}-{file}") for n in range(9)]
            )
            for file in range(3)
        ]
        begun = [asked(import_buildings, owner, content).json["id"] for content in files]
        told = [events_of(world, one, "import.requested")[0] for one in begun]

        together([lambda event=event: invoke(run_import, event) for event in told])
        for one in begun:
            run(world, one)

        assert {state(owner, one)["status"] for one in begun} == {"COMPLETED"}
        buildings = world.sql(
            "SELECT 1 FROM buildings WHERE owner_organization_id = %(id)s AND external_id = %(name)s",
            id=owner.organization_id,
            name=f"B{number}",
        )
        assert len(buildings) == 1


def test_an_import_that_lost_its_message_is_started_again(world, owner):
    done = asked(import_buildings, owner, csv_of(spaces(1))).json
    # No function lives longer, and nobody waits much longer for it.
    assert rules.STALLED_MINUTES * 60 == run_import.operation.timeout
    for minutes, continued in (("4:50", 0), ("5:01", 1)):
        world.sql(
            "UPDATE imports SET updated_at = now() - make_interval(secs => %(seconds)s) WHERE id = %(id)s",
            id=done["id"],
            seconds=int(minutes[0]) * 60 + int(minutes[2:]),
        )
        restart_imports({}, None)
        assert len(events_of(world, done["id"], "import.continued")) == continued
    restart_imports({}, None)

    [continued] = events_of(world, done["id"], "import.continued")
    assert invoke(run_import, continued) == []
    assert state(owner, done["id"])["status"] == "COMPLETED"


def test_a_file_that_kills_whoever_reads_it_is_given_up(world, owner, monkeypatch):
    done = asked(import_buildings, owner, csv_of(spaces(1))).json
    [requested] = events_of(world, done["id"], "import.requested")
    monkeypatch.setattr(running, "survey", raising(Unavailable()))

    for _ in range(rules.MOST_ATTEMPTS):
        assert invoke(run_import, requested) == ["message-0"]
    assert invoke(run_import, requested) == []

    failed = state(owner, done["id"])
    assert (failed["status"], failed["failure"]["code"]) == ("FAILED", "UNREADABLE")


def test_a_fault_of_ours_that_is_nobodys_row_ends_the_import_and_its_owner_sees_why(world, owner, monkeypatch):
    done = asked(import_buildings, owner, csv_of(spaces(1))).json
    [requested] = events_of(world, done["id"], "import.requested")
    monkeypatch.setattr(running, "survey", raising(TypeError("quoting 7800.00")))

    assert invoke(run_import, requested) == []

    failed = state(owner, done["id"])
    assert (failed["status"], failed["failure"]) == (
        "FAILED",
        {"code": "INTERNAL_ERROR", "message": rules.STOPPED},
    )
    assert len(events_of(world, done["id"], "import.ended")) == 1


@pytest.mark.parametrize("dry_run", ["true", "false"])
@pytest.mark.parametrize("error", [TypeError(), psycopg.DataError()])
def test_a_fault_of_ours_in_one_row_fails_that_row_alone(world, owner, small, monkeypatch, error, dry_run):
    write = inventory.write

    def fails(writer, units):
        if any(unit.values["external_id"] == "S-13" for unit in units):
            raise error
        return write(writer, units)

    monkeypatch.setitem(running.WORK, Kind.BUILDINGS, running.WORK[Kind.BUILDINGS]._replace(write=fails))
    rows = [*spaces(25), row(space_external_id="S-26", currency="none")]

    done = imported(world, import_buildings, owner, csv_of(rows), dry_run=dry_run)

    assert (done["status"], done["succeeded"], done["failed"]) == ("COMPLETED_WITH_ERRORS", 24, 2)
    assert [(one["row"], one["column"], one["code"]) for one in faults(owner, done["id"])] == [
        (14, None, "INTERNAL_ERROR"),
        (27, "currency", "NOT_A_CHOICE"),
    ]
    assert len(found(world, owner)) == (0 if dry_run == "true" else 24)


def test_a_fault_of_ours_in_reading_a_row_fails_that_row_alone(world, owner, monkeypatch):
    read = running.WORK[Kind.BUILDINGS].read
    monkeypatch.setitem(
        running.WORK,
        Kind.BUILDINGS,
        running.WORK[Kind.BUILDINGS]._replace(read=lambda row, cells: 1 / 0 if row == 3 else read(row, cells)),
    )

    done = imported(world, import_buildings, owner, csv_of(spaces(4)))

    assert (done["succeeded"], done["failed"]) == (3, 1)
    assert [(one["row"], one["code"]) for one in faults(owner, done["id"])] == [(3, "INTERNAL_ERROR")]
