"""What the stories of the books read: the months, and the journal added up elsewhere than in the database."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from functions.journal.change_period import change_period
from functions.journal.show_journal import show_journal


def put(lease, period, status="CLOSED", user=None):
    """The answer to closing a month, or opening it."""
    body = {"status": status}
    return lease.call(change_period, as_=user or lease.owner, path={"period": period}, body=body)


def journal(lease, user=None, **query):
    """All lines, page by page; each page's entries balance, on each of their days."""
    lines, after = [], {}
    while True:
        reply = lease.call(show_journal, as_=user or lease.owner, query=query | after)
        assert reply.status == 200, reply.json
        page = reply.json["data"]
        lines += page
        sums = defaultdict(Decimal)
        for line in page:
            assert (line["debit"] > 0) != (line["credit"] > 0)
            assert min(line["debit"], line["credit"]) == 0
            sums[line["entry_id"], line["posted_on"], line["currency"]] += line["debit"] - line["credit"]
        assert set(sums.values()) <= {0}
        if not reply.json["meta"]["has_more"]:
            return lines
        after = {"after": page[-1]["entry_id"]}


def balances(lines, contract=None):
    """What each account comes to (debits less credits), of one contract or of all."""
    sums = defaultdict(Decimal)
    for line in lines:
        if contract is None or line["contract_id"] == str(contract):
            sums[line["account"]] += line["debit"] - line["credit"]
    return {account: amount for account, amount in sums.items() if amount}


def entry(lines, source):
    """The lines of the one entry of that kind, as (account, debit less credit)."""
    ids = {line["entry_id"] for line in lines if line["source"] == source}
    assert len(ids) == 1, ids
    return [(line["account"], line["debit"] - line["credit"]) for line in lines if line["entry_id"] in ids]


def days(first, last):
    """All days from one to the other."""
    return [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
