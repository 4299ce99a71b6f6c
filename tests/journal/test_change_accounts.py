"""What the accounts of the chart are called, and that the journal calls them so."""

from datetime import date

import pytest

from functions.journal.change_accounts import change_accounts
from functions.journal.list_accounts import list_accounts
from shared.kit.catalog import Role
from tests.journal.books import balances, journal

NAMED = [
    {"role": "RECEIVABLE", "code": "1200", "name": "Trade receivables"},
    {"role": "RENT", "code": "4000", "name": "Rental income"},
    {"role": "LATE_INCOME", "code": "4000", "name": "Rental income"},
]


@pytest.fixture
def lease(calendar):
    calendar.set("2027-01-25T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    calendar.run()
    return lease


def change(lease, accounts, user=None):
    return lease.call(change_accounts, as_=user or lease.owner, body={"accounts": accounts})


def shown(lease, user=None):
    reply = lease.call(list_accounts, as_=user or lease.owner)
    assert reply.json["organization_id"] == str((user or lease.owner).organization_id)
    return {one["role"]: (one["code"], one["name"]) for one in reply.json["accounts"]}


def test_an_account_is_called_by_its_role_until_the_chart_names_it(lease):
    assert len(shown(lease)) == 10
    assert shown(lease)["TENANT_CREDIT"] == ("TENANT_CREDIT", "Tenant credit")
    assert balances(journal(lease)) == {"RECEIVABLE": 5000, "RENT": -5000}

    reply = change(lease, NAMED)

    assert reply.status == 200
    assert {one["role"]: (one["code"], one["name"]) for one in reply.json["accounts"]} == shown(lease)
    assert shown(lease)["RECEIVABLE"] == ("1200", "Trade receivables")
    assert shown(lease)["TENANT_CREDIT"] == ("TENANT_CREDIT", "Tenant credit")
    assert balances(journal(lease)) == {"1200": 5000, "4000": -5000}

    # What is left out is called by its role again.
    change(lease, NAMED[:1])
    assert balances(journal(lease)) == {"1200": 5000, "RENT": -5000}


def test_a_change_of_the_chart_is_audited_once(lease):
    change(lease, NAMED)
    change(lease, NAMED)
    [row] = lease.world.sql(
        "SELECT before, after FROM audit_logs WHERE action = 'chart.changed' AND user_id = %(id)s", id=lease.owner.id
    )
    codes = [{one["role"]: one["code"] for one in row[when]["accounts"]}["RENT"] for when in ("before", "after")]
    assert codes == ["RENT", "4000"]


def test_a_chart_that_makes_no_sense_is_refused(lease):
    twice = [NAMED[0], NAMED[0] | {"code": "1300"}]
    assert change(lease, twice).fields == ["accounts"]
    assert change(lease, [*NAMED[:2], NAMED[2] | {"name": "Late fees"}]).fields == ["accounts"]
    assert change(lease, [NAMED[0] | {"role": "CASH"}]).fields == ["accounts.0.role"]
    assert change(lease, [NAMED[0] | {"code": ""}]).fields == ["accounts.0.code"]
    assert change(lease, [NAMED[0] | {"code": "1" * 65}]).fields == ["accounts.0.code"]


def test_who_may_name_accounts(lease):
    assert change(lease, NAMED, user=lease.client).status == 403
    officer = lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)
    assert change(lease, NAMED, user=officer).status == 200
    change(lease, [], user=lease.world.owner())
    assert shown(lease)["RENT"] == ("4000", "Rental income")


def test_the_code_of_another_role_is_not_taken(lease):
    reply = change(lease, [{"role": "RENT", "code": "RECEIVABLE", "name": "Mine"}])

    assert (reply.status, reply.fields) == (400, ["accounts.0.code"])
    both = [{"role": role, "code": "RECEIVABLE", "name": "Mine"} for role in ("RENT", "RECEIVABLE")]
    assert change(lease, both).status == 200
    assert change(lease, [{"role": "RENT", "code": "RECEIVABLE", "name": "Receivable"}]).status == 200
