"""Whoever moves a contract's money takes its lock first, the jobs too: nobody waits crosswise for its rows."""

import time
from datetime import date

import psycopg
import pytest

from functions.payments.carry_deposits import carry_deposits
from functions.payments.charge_late import charge_late
from functions.payments.follow_indexes import follow_indexes
from tests.call import together
from tests.payments.test_follow_indexes import INDEX, publish, value
from tests.scenarios.test_lease_is_renewed import Renewal, renew

POLICY = {"grace_days": 5, "fee_percent": 5, "min_fee": 0, "annual_interest_percent": 9}
WAITING = (
    "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def overdue(calendar):
    lease = calendar.lease(start=date(2027, 2, 1), months=6, late_policy=POLICY)
    for day in ("2027-02-01", "2027-02-02", "2027-02-07"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run(*BEFORE)
    return lease.contract, lease


def behind_its_index(calendar):
    lease = calendar.lease(start=date(2027, 2, 1), months=24, escalation=INDEX)
    publish(lease.owner, value("2028-01-15", "110.5"))
    return lease.contract, lease


def renewed_today(calendar):
    lease = calendar.lease(start=date(2027, 2, 1), months=12, deposit_months=1)
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    [deposit] = [one for one in lease.payments() if one["charge"] == "DEPOSIT"]
    assert lease.pay(deposit, paid_date="2027-02-01").status == 200
    calendar.set("2028-01-15T08:00:00Z")
    renewal = Renewal(lease, renew(lease, bid_amount=5000, deposit_months=1).json["id"]).execute()
    calendar.set("2028-02-01T08:00:00Z")
    calendar.run(*BEFORE)
    return renewal.contract, lease


def all_jobs_but(*later):
    from tests.payments.lease import JOBS

    return [job for job in JOBS if job not in later]


BEFORE = all_jobs_but(charge_late, follow_indexes, carry_deposits)


@pytest.mark.parametrize(
    ("job", "story"),
    [(charge_late, overdue), (follow_indexes, behind_its_index), (carry_deposits, renewed_today)],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_job_that_waits_for_a_contracts_money_holds_none_of_its_rows(calendar, job, story):
    calendar.set("2027-01-05T08:00:00Z")
    contract, lease = story(calendar)

    def record_meanwhile():
        """Somebody has the money's lock, and wants the rows once the job waits."""
        with psycopg.connect(lease.world.database_url) as held:
            held.execute("SELECT pg_advisory_xact_lock(hashtextextended('money ' || %s, 0))", [str(contract)])
            started.append(True)
            deadline = time.monotonic() + 120
            while not lease.world.sql(WAITING)[0]["number"]:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            held.execute("SELECT FROM contracts WHERE id = %s FOR KEY SHARE NOWAIT", [contract])
            held.execute("SELECT FROM contracts WHERE id = %s FOR UPDATE NOWAIT", [contract])
            held.execute("SELECT FROM payments WHERE contract_id = %s FOR UPDATE NOWAIT", [contract])

    def run_the_job():
        while not started:
            time.sleep(0.02)
        calendar.run(job)

    started: list[bool] = []
    before = counted(lease)
    together([record_meanwhile, run_the_job])

    assert counted(lease) > before


def counted(lease):
    """What the owner's contracts were told."""
    [row] = lease.world.sql(
        "SELECT count(*) AS n FROM outbox WHERE payload ->> 'owner_organization_id' = %(id)s",
        id=str(lease.owner.organization_id),
    )
    return row["n"]
