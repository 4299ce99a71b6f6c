"""An owner's books over eight months: three leases of one client, taxes that change, money that comes early, late or
not at all, an index that falls, a renewal, early ends, two closed months. After each step the ledgers, the aging, the
rent roll, the tax report and the journal say the same, and what books of our own (own_books.py) say.
"""

from datetime import date
from decimal import Decimal

from functions.payments.raise_fees import raise_fees
from functions.reports.show_aging import show_aging
from functions.reports.show_rent_roll import show_rent_roll
from functions.taxes.change_tax_code import change_tax_code
from functions.taxes.show_tax import show_tax
from tests.call import invoke
from tests.journal.books import balances, journal, put
from tests.payments.test_follow_indexes import INDEX, publish, value
from tests.payments.test_refund_credit import refund
from tests.payments.test_reverse_payment import reverse
from tests.payments.test_write_off_payment import write_off
from tests.scenarios.own_books import Books, Row, cents, share
from tests.scenarios.test_lease_is_renewed import Renewal, renew

D = Decimal
RATES = [{"from": "2020-01-01", "percent": D("5.5")}, {"from": "2027-06-01", "percent": D("4.5")}]
LATE = {"grace_days": 5, "fee_percent": 5, "min_fee": 0, "annual_interest_percent": 9}
QUARTERLY = INDEX | {"every_months": 3, "index": INDEX["index"] | {"base_value": 100}}


def rents(amount, months, code=None, percent=None, year=2027):
    """A month's rent on the first of each of these months, with its tax."""
    rows = []
    for month in months:
        rate = percent if code is None else (D("5.5") if (year, month) < (2027, 6) else D("4.5"))
        taxed = (code, rate) if rate else ()
        rows.append(Row("RENT", date(year, month, 1), D(amount), share(D(amount), rate or 0), taxed))
    return rows


class Story:
    """The owner, what they do, and their own books beside it."""

    def __init__(self, calendar):
        self.calendar, self.books = calendar, Books()
        self.owner, self.client = calendar.world.owner(), calendar.world.client()
        self.leases = {}
        self.closed = {}

    def lease(self, name, rows, **terms):
        self.leases[name] = self.calendar.lease(owner=self.owner, client=self.client, **terms)
        return self.books.open(name, rows)

    def on(self, day):
        """That day's morning: its jobs have run."""
        self.calendar.set(f"{day}T08:00:00Z")
        self.calendar.run()
        self.books.until(day)

    def payment(self, name, charge, due):
        [found] = [row for row in self.leases[name].rows(charge) if row["due_date"] == date.fromisoformat(due)]
        return found

    def pays(self, name, charge, due, amount, on, **said):
        account = self.books.accounts[name]
        reply = self.leases[name].pay(self.payment(name, charge, due), paid_date=on, amount=amount, **said)
        assert reply.status == 200, reply.json
        account.pay(account.row(charge, due), amount)

    def get(self, operation, **query):
        reply = self.leases["A"].call(operation, as_=self.owner, query=query)
        assert reply.status == 200, reply.json
        return reply.json

    def close(self, month, last_day):
        assert put(self.leases["A"], month).status == 200
        self.closed[last_day] = self.posted(last_day)

    def posted(self, last_day):
        """What a closed month's books show."""
        aging = self.get(show_aging, as_of=last_day, basis="POSTED")
        return balances(journal(self.leases["A"], to=last_day)), aging["totals"], aging["data"]

    def agrees(self, step):
        """Every ledger, report and account says what our own books say, and what the others say."""
        accounts = self.books.accounts
        ledgers = {name: lease.ledger()[1] for name, lease in self.leases.items()}
        assert ledgers == {name: account.ledger for name, account in accounts.items()}, step

        names = {str(lease.contract): name for name, lease in self.leases.items()}
        aging = self.get(show_aging)
        said = ("total", "unapplied_credit", "prepaid", "ledger_balance", "deposit_held")
        expected = {name: (one.asked, one.credit, one.prepaid, one.ledger, one.held) for name, one in accounts.items()}
        found = {names[row["contract_id"]]: tuple(row[one] for one in said) for row in aging["data"]}
        assert found == {name: figures for name, figures in expected.items() if any(figures)}, step
        if aging["totals"]:
            [total] = aging["totals"]
            assert total["ties"] is True, step
            assert tuple(total[one] for one in said) == tuple(map(sum, zip(*expected.values(), strict=True))), step
            assert total["deposits_in_journal"] == total["deposit_held"]

        roll = self.get(show_rent_roll)
        assert [total["ties"] for total in roll["totals"]["rents"]] == [True] * len(roll["totals"]["rents"]), step
        for row in roll["data"]:
            if row["contract_id"]:
                name = names[row["contract_id"]]
                chain = [accounts[one] for one in (("A", "A2") if name == "A2" else (name,))]
                owed = row["past_due"] + row["current"]
                assert (owed, row["ledger_balance"], row["deposit_held"]) == (
                    sum(one.asked for one in chain),
                    sum(one.ledger for one in chain),
                    sum(one.held for one in chain),
                ), (step, name)

        taxed = {(row["code"], row["percent"]): (row["net"], row["tax"]) for row in self.get(show_tax)["data"]}
        assert taxed == {rate: sums for rate, sums in self.books.taxed.items() if any(sums)}, step

        booked = balances(journal(self.leases["A"]))
        assert booked == self.books.journal(), step
        assert sum(booked.values()) == 0
        assert booked.get("TAX", 0) == -sum(tax for _, tax in taxed.values()), step
        assert booked.get("RECEIVABLE", 0) + booked.get("TENANT_CREDIT", 0) == sum(ledgers.values()), step

        for last_day, shown in self.closed.items():
            assert self.posted(last_day) == shown, (step, last_day)


def test_the_books_of_an_owner_agree_after_every_step(calendar, call):
    calendar.set("2027-01-25T08:00:00Z")
    story = Story(calendar)
    body = {"category": "STANDARD", "rates": RATES}
    assert call(change_tax_code, as_=story.owner, path={"code": "FL"}, body=body).status == 200
    a = story.lease(
        "A",
        [Row("DEPOSIT", date(2027, 2, 1), D(10_000)), *rents(10_000, range(2, 8), "FL")],
        start=date(2027, 2, 1),
        months=6,
        bid_amount=10_000,
        deposit_months=1,
        tax_codes={"RENT": "FL"},
        late_policy=LATE,
        escalation=QUARTERLY,
    )
    b = story.lease(
        "B",
        rents(4_000, range(3, 13), percent=D(10)) + rents(4_000, (1, 2), percent=D(10), year=2028),
        start=date(2027, 3, 1),
        months=12,
        bid_amount=4_000,
        tax_percent=10,
    )
    c = story.lease(
        "C",
        rents(2_000, range(4, 13)) + rents(2_000, (1, 2, 3), year=2028),
        start=date(2027, 4, 1),
        months=12,
        bid_amount=2_000,
    )
    story.on("2027-01-25")
    story.agrees("the leases are signed")

    story.on("2027-02-01")
    story.pays("A", "DEPOSIT", "2027-02-01", D(10_000), "2027-02-01")
    story.pays("A", "RENT", "2027-02-01", D(31_650), "2027-02-01")
    assert (a.prepaid, a.credit) == (2 * 10_550, 0)
    story.agrees("February is paid, March and April are prepaid")

    story.on("2027-02-22")
    story.agrees("the first prepaid month is invoiced")
    story.on("2027-03-01")
    story.pays("B", "RENT", "2027-03-01", D(4_400), "2027-03-01")
    for day in ("2027-03-22", "2027-04-01"):
        story.on(day)
    story.pays("B", "RENT", "2027-04-01", D(4_400), "2027-04-01")
    story.pays("C", "RENT", "2027-04-01", D(16_000), "2027-04-01")
    assert c.prepaid == 14_000
    story.agrees("another lease pays eight months at once")

    for day in ("2027-04-22", "2027-05-01", "2027-05-02", "2027-05-05"):
        story.on(day)
    story.close("2027-04", "2027-04-30")
    story.agrees("April is closed")

    story.on("2027-05-07")
    fee = a.charge("LATE_FEE", "2027-05-21", share(D(10_550), 5))
    story.agrees("May is late and has a fee")

    story.on("2027-05-20")
    story.pays("A", "RENT", "2027-05-01", D(10_550), "2027-05-04")
    a.take_off(fee, fee.net)
    story.agrees("May's money came in time, as is known now: the fee is credited")

    for day in ("2027-05-22", "2027-06-01"):
        story.on(day)
    story.pays("A", "RENT", "2027-06-01", D(10_450), "2027-06-01", payment_method="cheque")
    story.pays("B", "RENT", "2027-06-01", D(4_400), "2027-06-01")
    story.agrees("June is paid, A's by cheque")
    story.on("2027-06-02")
    story.close("2027-05", "2027-05-31")
    story.agrees("May is closed")

    story.calendar.set("2027-06-08T08:00:00Z")
    june = story.payment("A", "RENT", "2027-06-01")
    assert reverse(story.leases["A"], june).status == 200
    told = [one for one in calendar.world.event_details(june["id"]) if one["name"] == "payment.reversed"]
    assert invoke(raise_fees, *told) == []
    a.reverse(a.row("RENT", "2027-06-01"), D(10_450))
    story.agrees("the cheque bounces")
    story.on("2027-06-08")
    a.charge("LATE_FEE", "2027-06-22", share(D(10_450), 5))
    story.agrees("June is late and has a fee")

    publish(story.owner, value("2027-04-15", "98"))
    for due, tax in (("2027-05-01", share(D(200), "5.5")), ("2027-06-01", share(D(200), "4.5"))):
        a.take_off(a.row("RENT", due), D(200), tax)
    july = a.row("RENT", "2027-07-01")
    july.net, july.tax = D(9_800), share(D(9_800), "4.5")
    a.spread()
    story.on("2027-06-10")
    # What May was paid too much settles June.
    assert a.row("RENT", "2027-06-01").open == 10_450 - 209 - 211
    story.agrees("the index has fallen: one note for May and June, each at its rate, and July is lower")

    story.on("2027-06-15")
    story.pays("B", "RENT", "2027-05-01", D(4_400), "2027-05-31")
    story.agrees("money of a closed month is posted into June")

    for day in ("2027-06-22", "2027-06-30"):
        story.on(day)
    story.pays("A", "RENT", "2027-06-01", D(10_030), "2027-06-30")
    story.agrees("June is paid again")
    story.on("2027-07-01")
    # 10,241 of it for nine days, what was left for twenty.
    interest = cents(D(10_241) * 9 * 9 / 36_500 + D(10_030) * 9 * 20 / 36_500)
    a.charge("INTEREST", "2027-07-15", interest)
    story.agrees("June's interest is charged")
    story.pays("A", "RENT", "2027-07-01", D(9_800) + D(441), "2027-07-01")
    story.pays("A", "LATE_FEE", "2027-06-22", share(D(10_450), 5), "2027-07-01")
    story.pays("A", "INTEREST", "2027-07-15", interest, "2027-07-01")
    story.agrees("A has paid everything")
    story.on("2027-07-02")
    story.agrees("B has not paid July")

    story.on("2027-07-10")
    terms = {"bid_amount": 11_000, "deposit_months": 1, "tax_codes": {"RENT": "FL"}}
    story.leases["A2"] = Renewal(story.leases["A"], renew(story.leases["A"], **terms).json["id"]).execute()
    renewal = story.books.open(
        "A2",
        [
            Row("DEPOSIT", date(2027, 8, 1), D(1_000)),
            *rents(11_000, range(8, 13), "FL"),
            *rents(11_000, range(1, 8), "FL", year=2028),
        ],
    )
    story.agrees("A is renewed: 10,000 of the deposit are held, 1,000 are asked for")

    story.on("2027-07-15")
    assert story.leases["C"].terminate("2027-08-01", credit="REFUND_DUE").status == 200
    for row in c.rows:
        if row.due >= date(2027, 8, 1):
            c.take_off(row, row.net)
    c.spread()
    assert c.credit == 8_000
    story.agrees("C ends early with credit")
    story.on("2027-07-20")
    assert refund(story.leases["C"], D(8_000), paid_date="2027-07-20").status == 201
    c.refund(D(8_000))
    story.agrees("C's credit is refunded")

    story.on("2027-07-22")
    story.agrees("August is invoiced")
    story.on("2027-08-01")
    a.moved, renewal.moved = D(-10_000), D(10_000)
    story.agrees("the deposit goes on to the renewal")
    story.pays("A2", "DEPOSIT", "2027-08-01", D(1_000), "2027-08-01")
    story.pays("A2", "RENT", "2027-08-01", D(11_495), "2027-08-01")
    story.agrees("the renewal's deposit and first month are paid")

    story.on("2027-08-05")
    assert story.leases["B"].terminate("2027-08-16").status == 200
    august = b.row("RENT", "2027-08-01")
    kept = cents(D(4_000) * 15 / 31)
    b.take_off(august, 4_000 - kept, 400 - share(kept, 10))
    for row in b.rows:
        if row.due > date(2027, 8, 16):
            b.take_off(row, row.net, row.tax)
    assert b.ledger == 4_400 + kept + share(kept, 10)
    story.agrees("B ends early with arrears")
    story.on("2027-08-16")
    story.agrees("B has ended")
    story.pays("B", "RENT", "2027-08-01", kept + share(kept, 10), "2027-08-16")
    assert write_off(story.leases["B"], story.payment("B", "RENT", "2027-07-01")).status == 200
    b.write_off(b.row("RENT", "2027-07-01"), D(4_400))
    story.agrees("B has paid August; July is written off")
    assert story.leases["B"].ledger()[1] == story.leases["C"].ledger()[1] == story.leases["A"].ledger()[1] == 0
