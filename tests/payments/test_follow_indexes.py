"""Rents follow an index: what nobody was asked for changes, what was issued is made up for by a line of its own."""

from datetime import date
from decimal import Decimal

import pytest

from functions.notifications.compose_mail import compose_mail
from functions.payments.download_credit_note import download_credit_note
from functions.payments.download_invoice import download_invoice
from functions.payments.explain_payment import explain_payment
from functions.payments.follow_indexes import follow_indexes
from functions.payments.publish_index import publish_index
from shared.kit.catalog import Role
from tests.auth.mailbox import mails_to
from tests.call import call as call_
from tests.call import invoke, together
from tests.payments.lease import credit, invoices, text_of

CLAUSE = {
    "name": "CPI",
    "base_value": Decimal("105.65"),
    "factor": 1,
    "min": None,
    "max": None,
    "max_rent": None,
    "mode": "BASE",
    "upward_only": False,
}
INDEX = {"kind": "INDEX", "percent": None, "amount_psf": None, "every_months": 12, "table": None, "index": CLAUSE}


@pytest.fixture
def lease(calendar):
    """5,000 a month for three years from 2027-02-01, following the CPI from 105.65 each year."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=36, escalation=INDEX)
    calendar.run()
    return lease


def publish(user, *values, name="CPI", key=None):
    body = {"values": [{"date": day, "value": Decimal(value)} | more for day, value, more in values]}
    return call_(publish_index, as_=user, path={"name": name}, body=body, key=key)


def value(day, number, **more):
    return (day, number, more)


def amounts(lease):
    return [row["amount"] for row in lease.rows() if row["installment_number"]]


def test_uninvoiced_installments_follow_a_newly_published_index_value(calendar, lease):
    """Rent 1,000, base 105.65, then 110.5 and 114.25 → 1,045.91 and 1,081.40 [D365], here times five."""
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run(follow_indexes)
    assert [amounts(lease)[at] for at in (0, 11, 12, 35)] == [5000, 5000, Decimal("5229.53"), Decimal("5229.53")]

    publish(lease.owner, value("2029-01-15", "114.25"))
    calendar.run(follow_indexes)

    assert [amounts(lease)[at] for at in (11, 12, 23, 24)] == [
        5000,
        Decimal("5229.53"),
        Decimal("5229.53"),
        Decimal("5407.00"),
    ]
    assert lease.row()["schedule_total"] == sum(amounts(lease))
    row = lease.rows()[24]
    told = lease.call(explain_payment, as_=lease.client, path={"payment_id": row["id"]}).json
    assert told["steps"][-1]["result"] == told["amount"] == Decimal("5407.00")
    assert any(step["inputs"].get("index") == Decimal("114.25") for step in told["steps"])
    assert lease.world.events(row["id"]) == ["payment.indexed", "payment.indexed"]
    assert lease.events().count("contract.indexed") == 2


def test_a_late_index_value_adds_a_correction_and_changes_no_issued_line(calendar, lease):
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    before = [(row["id"], row["amount"]) for row in lease.rows()[:15]]
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run()

    rows = lease.rows()
    assert [(row["id"], row["amount"]) for row in rows[:15]] == before
    [added] = [row for row in rows if row["installment_number"] is None]
    # February, March and April were asked for; May is not.
    assert (added["amount"], added["due_date"]) == (3 * Decimal("229.53"), date(2028, 4, 24))
    assert amounts(lease)[15] == Decimal("5229.53")
    [told] = [one for one in lease.world.event_details(added["id"]) if one["name"] == "payment.invoiced"]
    assert invoke(compose_mail, told) == []
    assert "Rent, index adjustment" in mails_to(lease.client.email)[0]["text"]
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path={"payment_id": added["id"]}))
    assert "Rent, index adjustment 1 February 2028 – 29 February 2028 0.00 229.53" in pdf
    assert "Supply period 1 February 2028 – 30 April 2028" in pdf
    told = lease.call(explain_payment, as_=lease.client, path={"payment_id": added["id"]}).json
    assert told["steps"][-1]["result"] == added["amount"]
    assert lease.row()["schedule_total"] == sum(row["amount"] for row in rows)

    publish(lease.owner, value("2028-01-15", "109"))
    calendar.set("2028-04-11T08:00:00Z")
    calendar.run()

    # 109 makes 5,158.54: of the three months 70.99 too much was asked for each.
    assert len([row for row in lease.rows() if row["installment_number"] is None]) == 1
    assert [row["credited_amount"] for row in lease.rows()[11:16]] == [0, *3 * [Decimal("70.99")], 0]
    _, balance = lease.ledger()
    assert balance == 15 * 5000 + 3 * Decimal("158.54")
    assert lease.unbalanced() == []


def test_a_correction_names_its_months_and_the_tax_of_each(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=36, escalation=INDEX, tax_percent=Decimal("7.7"))
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run()

    [added] = [row for row in lease.rows() if row["installment_number"] is None]
    [invoice] = [one for one in invoices(lease) if one["payment_id"] == str(added["id"])]
    # 7.7 % of 229.53 is 17.67, three times; of 688.59 it would be 53.02.
    assert [(line["period_start"], line["period_end"]) for line in invoice["lines"]] == [
        ("2028-02-01", "2028-02-29"),
        ("2028-03-01", "2028-03-31"),
        ("2028-04-01", "2028-04-30"),
    ]
    assert {(line["amount"], line["tax_amount"]) for line in invoice["lines"]} == {
        (Decimal("229.53"), Decimal("17.67"))
    }
    assert (invoice["net_amount"], invoice["tax_amount"]) == (Decimal("688.59"), Decimal("53.01"))
    assert (added["amount"], added["tax_amount"]) == (Decimal("688.59"), Decimal("53.01"))
    pdf = text_of(lease.call(download_invoice, as_=lease.client, path={"payment_id": added["id"]}))
    assert "Rent, index adjustment 1 March 2028 – 31 March 2028 17.67 229.53" in pdf
    assert "Tax 7.7 % 53.01 Total 741.60" in pdf

    # A manual credit note for it is for all of its months, and a line has its own tax.
    note = credit(lease, invoice, amount=Decimal("107.70")).json
    [line] = note["lines"]
    assert (line["period_start"], line["period_end"]) == ("2028-02-01", "2028-04-30")
    assert line["tax_amount"] == note["tax_amount"] == Decimal("7.70")


def test_the_lines_of_invoices_and_notes_of_an_earlier_release_have_their_tax(calendar, lease):
    """They were stored without it."""
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run(follow_indexes)
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    publish(lease.owner, value("2028-01-15", "109"))
    calendar.set("2028-04-11T08:00:00Z")
    calendar.run()
    told = invoices(lease)
    lease.world.sql("ALTER TABLE invoices DISABLE TRIGGER USER")
    lease.world.sql(
        """UPDATE invoices SET lines = (SELECT jsonb_agg(l.line - 'tax_amount' ORDER BY l.place)
                                        FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (line, place))
           WHERE contract_id = %(id)s""",
        id=lease.contract,
    )
    lease.world.sql("ALTER TABLE invoices ENABLE TRIGGER USER")

    assert invoices(lease) == told
    assert max(len(one["lines"]) for one in told) == 3


def test_a_rent_that_falls_after_its_invoices_is_one_credit_note_that_names_them(calendar, lease):
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run(follow_indexes)
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    february = lease.rows()[12]
    assert lease.pay(february, paid_date="2028-04-10").status == 200
    publish(lease.owner, value("2028-01-15", "109"))
    calendar.set("2028-04-11T08:00:00Z")
    calendar.run()

    asked = {one["payment_id"]: one for one in invoices(lease, kind="INVOICE")}
    [note] = invoices(lease, kind="CREDIT_NOTE")
    first = asked[str(february["id"])]
    # 5,229.53 was asked for in February, March and April, 5,158.54 is right.
    assert (note["number"], note["reference"], note["total_amount"]) == (1, "CN-000001", 3 * Decimal("70.99"))
    assert (note["credits_invoice_id"], note["payment_id"]) == (first["id"], str(february["id"]))
    assert note["credits"] == [
        {
            "invoice_id": one["id"],
            "number": one["number"],
            "issued_on": one["issued_on"],
            "net": Decimal("70.99"),
            "tax": 0,
        }
        for one in (asked[str(row["id"])] for row in lease.rows()[12:15])
    ]
    assert [line["period_start"] for line in note["lines"]] == ["2028-02-01", "2028-03-01", "2028-04-01"]
    assert (note["due_date"], note["invoice_url"]) == (None, None)
    assert {one["credited_amount"] for one in asked.values()} == {0, Decimal("70.99")}
    # Nothing below zero was ever asked for, and one mail was sent: of the credit note.
    assert min(row["amount"] for row in lease.rows()) > 0
    told = [one for one in lease.world.event_details(february["id"]) if one["name"] == "payment.credited"]
    assert [one["data"]["credit_note_amount"] for one in told] == [3 * Decimal("70.99")]
    assert lease.told("payment.credited") == [("payment.credited", "2028-02-01")]
    assert lease.row()["schedule_total"] == sum(row["amount"] for row in lease.rows()) - 3 * Decimal("70.99")
    # February was paid: what is too much of it settles the oldest that is open.
    assert lease.rows()[0]["paid_amount"] == Decimal("70.99")
    assert lease.unbalanced() == []


def test_a_credit_note_of_an_index_is_downloaded_with_the_invoices_that_it_cites(calendar, lease):
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run(follow_indexes)
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    publish(lease.owner, value("2028-01-15", "109"))
    calendar.run()
    [note] = invoices(lease, kind="CREDIT_NOTE")
    path = {"credit_note_id": note["id"]}
    reply = lease.call(download_credit_note, as_=lease.client, path=path)

    pdf = text_of(reply)
    number = note["credits"][0]["number"]
    assert reply.headers["content-disposition"] == 'attachment; filename="CN-000001.pdf"'
    for fact in (
        "Credit Note CN-000001",
        "Reason Adjustment to the index CPI.",
        "Supply period 1 February 2028 – 30 April 2028",
        f"INV-{number:06d}, 10 April 2028 Rent 1 February 2028 – 29 February 2028 70.99",
        "Total 212.97",
        "Credited USD 212.97",
        "Nothing is due.",
    ):
        assert fact in pdf, fact
    assert "Due" not in pdf
    assert note["credit_note_url"].endswith(f"/api/v1/credit-notes/{note['id']}")
    for stranger in (lease.world.owner(), lease.world.client()):
        assert lease.call(download_credit_note, as_=stranger, path=path).status == 404
    assert (
        lease.call(download_credit_note, as_=lease.owner, path={"credit_note_id": first_invoice(lease)}).status == 404
    )


def first_invoice(lease):
    return invoices(lease, kind="INVOICE")[-1]["id"]


def test_an_early_end_after_a_credit_note_of_an_index_credits_the_rest_once(calendar, lease):
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run(follow_indexes)
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    publish(lease.owner, value("2028-01-15", "109"))
    calendar.run()
    lease.terminate("2028-04-16")

    row = [row for row in lease.rows() if row["period_start"] == date(2028, 4, 1)][0]
    # Fifteen of thirty days at 5,158.54.
    assert row["amount"] - row["credited_amount"] == Decimal("2579.27")


def test_a_month_that_was_credited_as_a_whole_is_not_credited_again_by_its_index(calendar, lease):
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run(follow_indexes)
    calendar.set("2028-03-10T08:00:00Z")
    calendar.run()
    march = [one for one in invoices(lease, kind="INVOICE") if one["payment_id"] == str(lease.rows()[13]["id"])][0]
    assert credit(lease, march, amount=5200).status == 201
    publish(lease.owner, value("2028-01-15", "109"))
    calendar.run()

    note = invoices(lease, kind="CREDIT_NOTE")[0]
    # Of March 29.53 was left.
    assert [one["net"] for one in note["credits"]] == [Decimal("70.99"), Decimal("29.53")]
    assert lease.rows()[13]["credited_amount"] == Decimal("5229.53")


def test_the_credit_notes_of_a_release_that_had_one_series_are_followed_by_the_next_number(calendar, lease):
    calendar.set("2027-03-10T08:00:00Z")
    calendar.run()
    first, second = (one for one in invoices(lease, kind="INVOICE")[:2])
    assert credit(lease, first, amount=1).json["number"] == 1
    lease.world.sql(
        """INSERT INTO invoices (id, contract_id, payment_id, owner_organization_id, client_organization_id, kind,
                                 number, credits_invoice_id, reason, net_amount, total_amount, issued_on, due_date,
                                 lines, owner_party, client_party)
           SELECT gen_random_uuid(), contract_id, payment_id, owner_organization_id, client_organization_id,
                  'CREDIT_NOTE', 41, id, 'Once', 1, 1, issued_on, due_date, lines, '{}', '{}'
           FROM invoices WHERE id = %(id)s""",
        id=second["id"],
    )
    lease.world.sql("UPDATE payments SET credited_amount = 1 WHERE id = %(id)s", id=second["payment_id"])

    assert credit(lease, first, amount=1).json["number"] == 42
    assert credit(lease, first, amount=1).json["number"] == 43


def test_a_final_index_value_overrides_a_provisional_one_and_a_later_version_an_earlier(calendar, lease):
    first = publish(lease.owner, value("2028-01-15", "111", final=False), value("2028-01-10", "100"))
    again = publish(lease.owner, value("2028-01-15", "111", final=False))
    last = publish(lease.owner, value("2028-01-15", "110.5"))

    assert [one["version"] for one in first.json["data"]] == [1, 1]
    assert again.json["data"] == first.json["data"]
    assert [(one["date"], one["value"], one["final"], one["version"]) for one in last.json["data"]] == [
        ("2028-01-10", 100, True, 1),
        ("2028-01-15", 111, False, 1),
        ("2028-01-15", Decimal("110.5"), True, 2),
    ]
    calendar.run(follow_indexes)
    assert amounts(lease)[12] == Decimal("5229.53")


def test_an_index_run_without_new_values_changes_nothing(calendar, lease):
    publish(lease.owner, value("2028-01-15", "110.5"))
    together([lambda: calendar.run(follow_indexes)] * 3)
    before = (lease.rows(), lease.events())
    calendar.run(follow_indexes)

    assert (lease.rows(), lease.events()) == before
    assert lease.events().count("contract.indexed") == 1


def test_an_index_of_the_same_name_of_another_organization_is_separate(calendar, lease, world):
    publish(lease.world.owner(), value("2028-01-15", "200"))
    publish(lease.owner, value("2028-01-15", "200"), name="HICP")
    calendar.run(follow_indexes)

    assert set(amounts(lease)) == {5000}


def test_an_index_correction_waits_on_the_day_an_installment_begins(calendar, lease):
    calendar.set("2028-04-01T08:00:00Z")
    calendar.run()
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run()
    assert len(lease.rows()) == 36

    calendar.set("2028-04-02T08:00:00Z")
    calendar.run()
    assert len(lease.rows()) == 37


def test_installments_prorated_or_cancelled_by_an_early_end_follow_no_index(calendar, lease):
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    lease.terminate("2028-04-16")
    publish(lease.owner, value("2028-01-15", "110.5"))
    calendar.run()

    [added] = [row for row in lease.rows() if row["installment_number"] is None]
    assert added["amount"] == 2 * Decimal("229.53")
    assert lease.unbalanced() == []


@pytest.mark.parametrize("is_late", [False, True])
def test_the_last_month_of_a_lease_that_ends_early_follows_the_index(calendar, lease, is_late):
    publish(lease.owner, value("2028-01-15", "110.5"))
    if not is_late:
        calendar.run(follow_indexes)
    calendar.set("2028-04-10T08:00:00Z")
    calendar.run()
    lease.terminate("2028-04-16")

    row = [row for row in lease.rows() if row["period_start"] == date(2028, 4, 1)][0]
    assert row["amount"] == (5000 if is_late else Decimal("5229.53"))
    assert row["amount"] + row["caught_up"] - row["credited_amount"] == Decimal("2614.77")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"values": []}, "values"),
        ({"values": [{"date": "2028-01-15", "value": 0}]}, "values.0.value"),
        ({"values": [{"date": "2028-01-15", "value": -1}]}, "values.0.value"),
        ({"values": [{"date": "2028-01-15", "value": 1}, {"date": "2028-01-15", "value": 2}]}, "values"),
        ({"values": [{"date": "2028-01-15", "value": Decimal("1.0000001")}]}, "values.0.value"),
        ({"values": [{"date": "soon", "value": 1}]}, "values.0.date"),
    ],
)
def test_an_invalid_index_value_is_refused_with_its_field(world, call, body, field):
    reply = call(publish_index, as_=world.owner(), path={"name": "CPI"}, body=body)

    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize("name", ["", " CPI", "x" * 65, "CPI\n", "'; DROP TABLE bids; --", "ÄPI"])
def test_an_invalid_index_name_is_refused(world, name):
    reply = publish(world.owner(), value("2028-01-15", "1"), name=name)

    assert (reply.status, reply.fields) == (400, ["name"])


def test_only_the_owners_side_may_publish_index_values(world):
    owner = world.owner()

    assert publish(world.colleague(owner, Role.FINANCIAL_OFFICER), value("2028-01-15", "1")).status == 200
    assert publish(world.client(), value("2028-01-15", "1")).status == 403
    assert publish(world.colleague(owner, Role.AGENT), value("2028-01-15", "1")).status == 403
    assert len(publish(owner, value("2028-02-15", "1")).json["data"]) == 2


def test_versions_of_concurrently_published_index_values_have_no_gaps(world):
    owner = world.owner()

    together([lambda n=n: publish(owner, value("2028-01-15", str(100 + n))) for n in range(8)])

    rows = publish(owner, value("2028-01-15", "107")).json["data"]
    assert [one["version"] for one in rows][:8] == list(range(1, 9))
