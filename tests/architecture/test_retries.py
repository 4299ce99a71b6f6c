"""Two transactions in each other's way: the one that has to give way is run again, three times at most (quality 26)."""

import threading

import pytest

from functions.buildings.create_building import create_building
from shared.kit import db
from shared.kit.errors import Unavailable
from shared.kit.request import Request, begin
from shared.kit.unit import perform
from tests.call import together

LOCK = "SELECT pg_advisory_xact_lock(%(number)s)"
FAIL = "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"


def test_a_deadlock_is_retried():
    tries: list[str] = []
    both_hold_one = threading.Barrier(2)

    def run(name: str, first: int, second: int) -> str:
        begin(Request(create_building.operation, name))

        def story() -> str:
            tries.append(name)
            with db.transaction() as tx:
                tx.all(LOCK, {"number": first})
                if tries.count(name) == 1:
                    both_hold_one.wait()
                tx.all(LOCK, {"number": second})
            return name

        return perform(create_building.operation, story)

    assert together([lambda: run("a", 1, 2), lambda: run("b", 2, 1)]) == ["a", "b"]
    # One of them gave way, once.
    assert len(tries) == 3


@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_serialization_failure_is_refused_after_three_attempts(code):
    tries = 0
    begin(Request(create_building.operation, "test"))

    def story() -> None:
        nonlocal tries
        tries += 1
        with db.transaction() as tx:
            tx.all(FAIL.format(code=code))

    with pytest.raises(Unavailable) as refused:
        perform(create_building.operation, story)

    assert tries == 3
    assert (refused.value.status, refused.value.retry_after) == (503, 1)


def test_a_conflict_at_commit_is_retried(world):
    tries = 0
    begin(Request(create_building.operation, "test"))

    def story() -> str:
        nonlocal tries
        tries += 1
        with db.transaction() as tx:
            if tries == 1:
                # Queued: it fails when COMMIT has it sent.
                tx.run(FAIL.format(code="40001"))
        return "done"

    assert perform(create_building.operation, story) == "done"
    assert tries == 2
