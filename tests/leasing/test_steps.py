"""The saga's steps, forward and back, each of them twice; the machine itself runs in tests/journeys."""

import hashlib
import importlib
import itertools
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

import boto3
import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.get_bid import get_bid
from functions.contracts.decline_contract import decline_contract
from functions.contracts.download_contract import download_contract
from functions.contracts.get_contract import get_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.cancel_payments import cancel_payments
from functions.leasing.discard_document import discard_document
from functions.leasing.end_holds import end_holds
from functions.leasing.release_space import release_space
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.restart_sagas import restart_sagas
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from functions.payments.list_payments import list_payments
from shared.leasing.rules import DealEnded, PastUndo
from tests.call import together
from tests.leasing.deal import Deal


@pytest.fixture
def deal(world, call):
    return Deal(world, call)


def test_the_steps_take_an_approval_to_an_active_lease(world, call):
    [today] = world.sql("SELECT app.today('UTC') AS today")
    deal = Deal(world, call, start=today["today"])
    deal.signed().run(schedule_payments, activate_contract)

    contract = call(get_contract, as_=deal.client, path={"contract_id": deal.contract}).json
    assert (contract["status"], contract["signature_status"]) == ("ACTIVE", "FULLY_SIGNED")
    assert sum(payment["amount"] for payment in contract["payments"]) == contract["schedule_total"]
    assert [one["side"] for one in contract["signatures"]] == ["CLIENT", "OWNER"]
    assert deal.space_status() == "OCCUPIED"
    backup = call(get_bid, as_=deal.owner, path={"bid_id": deal.backup}).json
    assert (backup["status"], backup["decision_reason"]) == (
        "REJECTED",
        "Another bid on this space became a contract.",
    )
    assert backup["decided_at"] is not None
    sql = "SELECT before, after FROM audit_logs WHERE resource_id = %(id)s ORDER BY id DESC LIMIT 1"
    [audited] = world.sql(sql, id=deal.backup)
    assert [audited[when]["status"] for when in ("before", "after")] == ["PENDING", "REJECTED"]


def test_a_lease_that_starts_later_is_signed_and_its_space_reserved(deal):
    deal.signed().run(schedule_payments, activate_contract)

    assert (deal.row()["status"], deal.space_status()) == ("SIGNED", "RESERVED")


def test_every_step_run_twice_has_one_effect(deal):
    deal.run(render_lease, times=2)
    first = deal.row()["document_sha256"]
    deal.run(request_signatures, times=2)
    deal.sign(deal.client)
    deal.sign(deal.owner)
    deal.run(schedule_payments, activate_contract, times=2)

    assert deal.row()["document_sha256"] == first
    assert (deal.count("documents"), deal.count("payments")) == (1, 12)
    assert deal.events().count("contract.generated") == 1
    assert deal.events().count("contract.signature_requested") == 1
    assert deal.events().count("contract.activated") == 1


def test_the_schedule_matches_the_example_in_the_source(world, call):
    deal = Deal(world, call, start=date(2027, 2, 1))
    deal.signed().run(schedule_payments, activate_contract)

    listed = call(list_payments, as_=deal.client, query={"contract_id": deal.contract, "limit": 100}).json["data"]
    assert [(one["due_date"], one["amount"]) for one in listed] == [
        (date(2027 + month // 12, month % 12 + 1, 1).isoformat(), Decimal(5000)) for month in range(1, 13)
    ]
    assert deal.row()["end_date"] == date(2028, 1, 31)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2027, 1, 29), 13, date(2028, 2, 28)),
        (date(2027, 1, 30), 13, date(2028, 2, 28)),
        (date(2027, 1, 31), 13, date(2028, 2, 28)),
        (date(2027, 1, 31), 25, date(2029, 2, 27)),
        (date(2028, 2, 29), 12, date(2029, 2, 27)),
        (date(2028, 2, 29), 48, date(2032, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 28)),
    ],
)
def test_a_schedule_that_starts_at_a_months_end_does_not_drift(world, call, start, months, end):
    """Quality 69, as it stands in the database: calendar months, the first from the start, the last to the end."""
    deal = Deal(world, call, start=start, months=months)
    deal.signed().run(schedule_payments, activate_contract)

    rows = world.sql("SELECT * FROM payments WHERE contract_id = %(id)s ORDER BY period_start", id=deal.contract)

    assert (deal.row()["start_date"], deal.row()["end_date"]) == (start, end)
    assert (rows[0]["period_start"], rows[-1]["period_end"]) == (start, end)
    assert [row["installment_number"] for row in rows] == list(range(1, len(rows) + 1))
    for row, later in itertools.pairwise(rows):
        assert row["due_date"] == row["period_start"]
        assert (
            later["period_start"]
            == row["period_end"] + timedelta(days=1)
            == row["period_end"].replace(day=1)
            + timedelta(days=monthrange(row["period_end"].year, row["period_end"].month)[1])
        )
    assert sum(row["amount"] for row in rows) == deal.row()["schedule_total"]


def test_the_stored_document_has_the_hash_that_is_signed(deal, call):
    early = call(download_contract, as_=deal.client, path={"contract_id": deal.contract})
    deal.signed()
    later = call(download_contract, as_=deal.owner, path={"contract_id": deal.contract})

    assert early.body == later.body
    assert early.headers["content-type"] == "application/pdf"
    assert early.headers["content-disposition"] == f'attachment; filename="lease-{deal.contract}.pdf"'
    assert hashlib.sha256(later.body).hexdigest() == deal.row()["document_sha256"]
    [signature, _] = deal.world.sql(
        "SELECT document_sha256, ip_address, user_agent FROM signatures WHERE contract_id = %(id)s", id=deal.contract
    )
    assert signature["document_sha256"] == deal.row()["document_sha256"]
    assert str(signature["ip_address"]) == "203.0.113.7"


def test_nobody_signs_out_of_turn(deal):
    assert deal.sign(deal.client).code == "NOT_SIGNABLE"
    deal.run(render_lease, request_signatures)

    assert (deal.sign(deal.owner).status, deal.sign(deal.owner).code) == (409, "NOT_YOUR_TURN")
    assert deal.sign(deal.client).json["signature_status"] == "SIGNED_BY_CLIENT"
    assert deal.sign(deal.client).code == "NOT_YOUR_TURN"
    assert deal.sign(deal.owner).json["signature_status"] == "FULLY_SIGNED"


def test_a_stranger_finds_no_contract_to_sign(deal):
    deal.run(render_lease, request_signatures)

    assert deal.sign(deal.world.client()).status == 404


def test_whoever_signs_while_the_document_is_rendered_is_answered_at_once(deal, monkeypatch):
    module = importlib.import_module("functions.leasing.render_lease")
    rendered, replies = module.rendered, []

    def signed_meanwhile(row):
        replies.extend(together([lambda: deal.sign(deal.client)]))
        return rendered(row)

    monkeypatch.setattr(module, "rendered", signed_meanwhile)
    deal.run(render_lease, request_signatures)

    assert [(reply.status, reply.code) for reply in replies] == [(409, "NOT_SIGNABLE")]
    assert deal.sign(deal.client).status == 200


def test_a_deal_that_ends_while_its_document_is_rendered_keeps_none(deal, monkeypatch):
    module = importlib.import_module("functions.leasing.render_lease")
    rendered = module.rendered

    def declined_meanwhile(row):
        path, body = {"contract_id": deal.contract}, {"reason": "No."}
        [reply] = together([lambda: deal.call(decline_contract, as_=deal.client, path=path, body=body)])
        assert reply.status == 200
        return rendered(row)

    monkeypatch.setattr(module, "rendered", declined_meanwhile)
    with pytest.raises(DealEnded):
        deal.run(render_lease)

    assert (deal.count("documents"), deal.row()["document_key"]) == (0, None)


def test_a_signature_on_another_documents_hash_is_refused(deal):
    deal.run(render_lease, request_signatures)

    refused = deal.sign(deal.client, document_sha256="0" * 64)
    assert (refused.code, refused.fields) == ("OTHER_DOCUMENT", ["document_sha256"])
    assert deal.sign(deal.client, document_sha256=deal.row()["document_sha256"]).status == 200


@pytest.mark.parametrize("body", [{"consent": False}, {"consent": None}, {"signature": " "}, {"document_sha256": "x"}])
def test_a_signature_needs_a_name_and_consent(deal, body):
    deal.run(render_lease, request_signatures)

    reply = deal.sign(deal.client, **body)

    assert (reply.status, reply.fields) == (400, list(body))


def test_concurrent_signatures_of_one_side_count_once(arena, call):
    for _ in range(3):
        deal = Deal(arena, call)
        deal.run(render_lease, request_signatures)

        replies = arena.together([lambda deal=deal: deal.sign(deal.client)] * 10)

        assert sorted(reply.status for reply in replies) == [200] + [409] * 9
        assert deal.count("signatures") == 1


def test_a_declined_deal_is_undone(deal, call, invoke):
    deal.run(render_lease, request_signatures)
    key = deal.row()["document_key"]

    reply = call(
        decline_contract, as_=deal.client, path={"contract_id": deal.contract}, body={"reason": "We moved elsewhere"}
    )
    assert reply.status == 200
    assert deal.sign(deal.client).code == "DEAL_DECLINED"
    with pytest.raises(DealEnded):
        deal.run(request_signatures)
    deal.run(void_contract, release_space, times=2)
    voided = [event for event in deal.world.event_details(deal.contract) if event["name"] == "contract.voided"]
    assert invoke(discard_document, *voided) == []

    row = deal.row()
    assert (row["status"], row["termination_reason"]) == ("TERMINATED", "We moved elsewhere")
    assert deal.space_status() == "AVAILABLE"
    assert (deal.count("documents"), deal.count("payments"), row["document_key"]) == (0, 0, None)
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="documents", Prefix=key)
    assert deal.events().count("contract.voided") == 1
    gone = call(download_contract, as_=deal.client, path={"contract_id": deal.contract})
    assert (gone.status, gone.code) == (409, "DOCUMENT_GONE")


def test_a_backup_bid_can_be_approved_after_an_undo(deal, call):
    deal.run(render_lease, void_contract, release_space)

    assert call(approve_bid, as_=deal.owner, path={"bid_id": deal.backup}).status == 200


def test_an_executed_contract_can_be_neither_declined_nor_undone(deal, call):
    deal.signed()
    reply = call(decline_contract, as_=deal.owner, path={"contract_id": deal.contract}, body={"reason": "No"})
    assert reply.code == "ALREADY_EXECUTED"

    deal.run(schedule_payments, activate_contract)
    for undo in (cancel_payments, void_contract):
        with pytest.raises(PastUndo):
            deal.run(undo)


def test_a_schedule_that_fails_leaves_no_installments(deal):
    deal.signed().run(schedule_payments)
    deal.run(cancel_payments, void_contract, release_space, times=2)

    assert (deal.count("payments"), deal.row()["status"], deal.space_status()) == (0, "TERMINATED", "AVAILABLE")


@pytest.mark.race
def test_five_concurrent_sweepers_end_an_expired_hold_once(arena, call, rounds):
    """Quality 11: ended once, and freed once although each sweeper's news undoes it."""
    with arena.clock_moved(15):
        while end_holds({}, None):
            pass  # the holds that other races have left behind
    for _ in range(rounds):
        deal = Deal(arena, call)
        deal.run(request_signatures)
        with arena.clock_moved(15):
            arena.together([lambda: end_holds({}, None)] * 5)
        arena.together([lambda deal=deal: deal.run(void_contract, release_space)] * 5)

        ended = ["contract.hold_ended", "contract.voided", "contract.space_released"]
        assert [name for name in deal.events() if name in ended] == ended
        assert deal.row()["termination_reason"] == "The hold ended before both sides had signed."
        assert deal.space_status() == "AVAILABLE"


def test_a_hold_that_has_not_expired_is_left_alone(deal):
    with deal.world.clock_moved(13):
        end_holds({}, None)

    assert "contract.hold_ended" not in deal.events()


def test_the_sagas_token_is_stored_encrypted_and_never_returned(deal):
    deal.run(render_lease, request_signatures)

    assert "token-1" not in str(deal.row()["task_token"])
    assert "token-1" not in str(deal.world.event_details(deal.contract))
    assert "task_token" not in str(deal.world.audits(deal.contract))


def test_a_stalled_saga_is_restarted(deal):
    restart_sagas({}, None)
    assert "contract.stalled" not in deal.events()
    deal.world.sql(
        "UPDATE contracts SET updated_at = now() - %(age)s WHERE id = %(id)s",
        age=timedelta(minutes=20),
        id=deal.contract,
    )

    restart_sagas({}, None)

    [event] = [one for one in deal.world.event_details(deal.contract) if one["name"] == "contract.stalled"]
    assert event["data"]["contract_id"] == deal.contract
