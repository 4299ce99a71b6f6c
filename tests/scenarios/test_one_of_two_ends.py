"""What becomes of a lease is decided once: of two who decide at the same moment, the second one is refused."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import psycopg
import pytest

from functions.contracts.terminate_contract import terminate_contract
from tests.call import together
from tests.scenarios.test_lease_holds_over import hold_over
from tests.scenarios.test_lease_is_renewed import renew

WAITING = (
    "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def lease(calendar):
    """A year to 2028-01-31; it is the middle of January."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12)
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    calendar.set("2028-01-15T08:00:00Z")
    return lease


def terminate(lease):
    body = {"effective_date": "2028-01-20", "reason": "Sold"}
    return lease.call(terminate_contract, as_=lease.owner, path={"contract_id": lease.contract}, body=body)


def hold(lease):
    return hold_over(lease, 150)


def release(world, held):
    """Give the lease back once both wait for it."""
    deadline = time.monotonic() + 120
    while world.sql(WAITING)[0]["number"] < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    held.commit()


@pytest.mark.parametrize(
    ("decisions", "refusals"),
    [
        ((hold, renew), {"IS_RENEWED", "HOLDS_OVER"}),
        ((terminate, renew), {"IS_RENEWED", "NOT_RENEWABLE"}),
    ],
)
def test_a_lease_has_one_end(lease, decisions, refusals):
    with psycopg.connect(lease.world.database_url) as held, ThreadPoolExecutor(1) as background:
        held.execute("SELECT FROM contracts WHERE id = %s FOR UPDATE", [lease.contract])
        released = background.submit(release, lease.world, held)
        replies = together([partial(decide, lease) for decide in decisions])
        released.result()

    assert sorted(reply.status for reply in replies)[1] == 409
    assert {reply.code for reply in replies if reply.status == 409} <= refusals
    assert min(reply.status for reply in replies) in (200, 201)
