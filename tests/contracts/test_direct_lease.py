"""A lease without a bid: the owner's own until it is sent, then a deal as any other."""

from datetime import date

import psycopg
import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from functions.contracts.create_contract import create_contract
from functions.contracts.decline_contract import decline_contract
from functions.contracts.download_contract import download_contract
from functions.contracts.get_contract import get_contract
from functions.contracts.list_contracts import list_contracts
from functions.contracts.send_contract import send_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.end_holds import end_holds
from functions.leasing.release_space import release_space
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.restart_sagas import restart_sagas
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.start_saga import start_saga
from functions.leasing.void_contract import void_contract
from shared.kit.catalog import Role
from tests.call import other_id
from tests.leasing.deal import Deal


class Direct(Deal):
    """A draft of an owner's for a client, with an open bid of somebody else on the space."""

    def __init__(self, world, call, **terms):
        self.world, self.call = world, call
        self.owner, self.client = world.owner(), world.client()
        self.space = world.space(self.owner)
        body = {"space_id": self.space, "client_id": self.client.id, "bid_amount": 5000, "start_date": "2027-02-01"}
        self.drafted = call(create_contract, as_=self.owner, body=body | terms)
        assert self.drafted.status == 201, self.drafted.body
        self.contract = self.drafted.json["id"]
        bid = {"space_id": self.space, "bid_amount": 4000}
        self.backup = call(place_bid, as_=world.client(), body=bid).json["id"]
        self.input = {"contract_id": self.contract, "correlation_id": "saga-1"}

    def send(self, by=None):
        return self.call(send_contract, as_=by or self.owner, path={"contract_id": self.contract}, body={})

    def seen(self, by):
        return self.call(get_contract, as_=by, path={"contract_id": self.contract})

    def decline(self, by):
        return self.call(decline_contract, as_=by, path={"contract_id": self.contract}, body={"reason": "No"})


@pytest.fixture
def direct(world, call):
    return Direct(world, call)


def test_a_draft_lease_holds_no_space_and_is_visible_only_to_its_owner(world, call, direct):
    assert (direct.drafted.json["status"], direct.space_status()) == ("DRAFT", "AVAILABLE")
    assert (direct.drafted.json["bid_id"], direct.drafted.json["hold_until"]) == (None, None)
    assert direct.drafted.json["client"]["id"] == str(direct.client.id)
    assert direct.seen(direct.owner).json == direct.drafted.json
    for operation in (get_contract, download_contract):
        assert call(operation, as_=direct.client, path={"contract_id": direct.contract}).status == 404
    assert direct.decline(direct.client).status == 404
    assert call(list_contracts, as_=direct.client).json["data"] == []
    assert len(call(list_contracts, as_=direct.owner).json["data"]) == 1


def test_row_level_security_hides_a_draft_lease_from_the_client(world, direct):
    with psycopg.connect(world.database_url, user="app_reader") as reader:
        sql = "SELECT count(*) FROM contracts WHERE id = %s"
        for user, seen in ((direct.client, 0), (direct.owner, 1)):
            reader.execute("SELECT app.set_ctx(%s, %s, %s)", (user.id, user.organization_id, user.role.value))
            assert reader.execute(sql, (direct.contract,)).fetchone() == (seen,)


def test_a_draft_lease_has_all_its_terms(world, call):
    terms = {"term_months": 24, "deposit_months": 2, "free_rent": {"months": [1]}, "tax_percent": 5}
    direct = Direct(world, call, **terms)

    assert {name: direct.drafted.json[name] for name in terms} == terms
    assert direct.drafted.json["schedule_total"] == 23 * 5000


def test_a_sent_lease_is_signed_and_activated_like_any_other(world, call, direct):
    reply = direct.send()
    assert (reply.status, reply.json["status"], direct.space_status()) == (200, "DRAFT", "RESERVED")
    assert direct.events() == ["contract.drafted", "contract.sent"]
    [sent] = [event for event in world.event_details(direct.contract) if event["name"] == "contract.sent"]
    assert sent["data"]["contract_id"] == direct.contract
    assert "contract.sent" in start_saga.operation.hears

    direct.signed().run(schedule_payments, activate_contract)

    found = direct.seen(direct.client).json
    assert (found["status"], found["signature_status"], len(found["payments"])) == ("SIGNED", "FULLY_SIGNED", 12)
    backup = call(get_bid, as_=direct.owner, path={"bid_id": direct.backup}).json
    assert (backup["status"], backup["decision_reason"]) == ("REJECTED", "The space was let to somebody else.")


def test_a_sent_lease_holds_its_space(world, call, direct):
    other = Direct.__new__(Direct)
    other.__dict__.update(direct.__dict__)
    body = {"space_id": direct.space, "client_id": direct.client.id, "bid_amount": 1, "start_date": "2027-02-01"}
    other.contract = call(create_contract, as_=direct.owner, body=body).json["id"]
    assert direct.send().status == 200

    assert other.send().code == "SPACE_NOT_AVAILABLE"
    assert call(approve_bid, as_=direct.owner, path={"bid_id": direct.backup}).code == "SPACE_NOT_AVAILABLE"
    assert other.row()["sent_at"] is None


def test_a_draft_lease_cannot_be_sent_while_an_approved_bid_holds_the_space(call, direct):
    assert call(approve_bid, as_=direct.owner, path={"bid_id": direct.backup}).status == 200

    assert direct.send().code == "SPACE_NOT_AVAILABLE"
    assert direct.row()["hold_until"] is None


def test_a_lease_cannot_be_sent_for_days_of_another_executed_lease(world, call, direct):
    direct.send()
    direct.signed().run(schedule_payments, activate_contract)
    world.sql(
        "UPDATE spaces SET availability_status = 'AVAILABLE', held_by_contract_id = NULL WHERE id = %(id)s",
        id=direct.space,
    )
    body = {"space_id": direct.space, "client_id": direct.client.id, "bid_amount": 1}
    for start, status in (("2028-01-31", 409), ("2028-02-01", 200)):
        direct.contract = call(create_contract, as_=direct.owner, body=body | {"start_date": start}).json["id"]
        assert direct.send().status == status


def test_a_draft_lease_can_be_sent_only_once(direct):
    assert direct.send().status == 200

    assert (direct.send().status, direct.send().code) == (409, "ALREADY_SENT")


def test_a_draft_lease_cannot_be_sent_after_its_first_day(world, call):
    [today] = world.sql("SELECT app.today('UTC') AS today")
    direct = Direct(world, call, start_date=today["today"].isoformat())

    with world.clock_moved(1):
        reply = direct.send()

    assert (reply.status, reply.code, reply.fields) == (422, "START_IN_THE_PAST", ["start_date"])
    assert direct.space_status() == "AVAILABLE"


def test_an_owner_can_discard_a_draft_lease(world, direct):
    reply = direct.decline(direct.owner)

    assert (reply.status, reply.json["status"], reply.json["termination_reason"]) == (200, "TERMINATED", "No")
    assert direct.send().code == "DEAL_DECLINED"
    assert direct.seen(direct.client).status == 404


def test_a_sent_lease_is_declined_and_undone_like_any_other(direct):
    direct.send()
    direct.run(render_lease, request_signatures)

    assert direct.decline(direct.client).status == 200
    direct.run(void_contract, release_space)
    assert (direct.row()["status"], direct.space_status()) == ("TERMINATED", "AVAILABLE")
    assert direct.seen(direct.client).status == 200


def test_the_hold_of_a_sent_lease_expires_and_a_draft_has_none(world, call, direct):
    draft = Direct(world, call)
    direct.send()
    with world.clock_moved(15):
        end_holds({}, None)

    assert "contract.hold_ended" in direct.events()
    assert draft.events() == ["contract.drafted"]


def test_a_lost_saga_is_restarted_for_a_sent_lease_and_not_for_a_draft(world, call, direct):
    draft = Direct(world, call)
    direct.send()

    restart_sagas({"all": True}, None)

    assert "contract.stalled" in direct.events()
    assert draft.events() == ["contract.drafted"]


def test_lost_sagas_are_restarted_batch_by_batch(world, call, direct, monkeypatch):
    monkeypatch.setattr("functions.leasing.restart_sagas._BATCH", 1)
    another = Direct(world, call)
    direct.send()
    another.send()

    restart_sagas({"all": True}, None)

    assert "contract.stalled" in direct.events()
    assert "contract.stalled" in another.events()


def draw(world, call, by, **changes):
    body = {"space_id": world.space(by), "client_id": world.client().id, "bid_amount": 5000} | changes
    return call(create_contract, as_=by, body=body)


@pytest.mark.parametrize("role", [Role.OWNER, Role.BROKER, Role.SUPPORT])
def test_a_direct_lease_requires_a_clients_user_id(world, call, role):
    assert draw(world, call, world.owner(), client_id=world.user(role).id).status == 404


def test_an_unknown_client_or_space_is_reported_before_inconsistent_terms(world, call):
    senseless = {"free_rent": {"months": [13]}}

    assert draw(world, call, world.owner(), client_id=other_id(), **senseless).status == 404
    assert draw(world, call, world.owner(), space_id=world.space(), **senseless).status == 404


def test_a_lease_cannot_be_drafted_for_a_removed_user(world, call):
    gone = world.client()
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=gone.id)

    owner = world.owner()
    missing, removed = (draw(world, call, owner, client_id=one) for one in (other_id(), gone.id))

    assert removed.status == missing.status == 404
    assert removed.json["error"] == missing.json["error"]


def test_an_owner_cannot_draft_a_lease_of_another_owners_listed_space(world, call):
    assert draw(world, call, world.owner(), space_id=world.space()).status == 404


@pytest.mark.parametrize(
    ("terms", "status", "field"),
    [
        ({"term_months": 601}, 422, "term_months"),
        ({"start_date": date(2020, 1, 1)}, 422, "start_date"),
        ({"bid_amount": 0}, 400, "bid_amount"),
        ({"status": "ACTIVE"}, 400, "status"),
        ({"owner_id": other_id()}, 400, "owner_id"),
        ({"valid_until": "2027-01-01"}, 400, "valid_until"),
    ],
)
def test_the_terms_of_a_direct_lease_are_checked_as_in_a_bid(world, call, terms, status, field):
    reply = draw(world, call, world.owner(), **terms)

    assert (reply.status, reply.fields) == (status, [field])


def test_an_unsent_draft_lease_does_not_block_deleting_the_clients_account(world, direct):
    with psycopg.connect(world.database_url) as connection:
        connection.execute("SELECT app.set_ctx(%s, %s, 'CLIENT')", (direct.client.id, direct.client.organization_id))
        assert connection.execute("SELECT live_contracts FROM app.obligations()").fetchone() == (False,)
    direct.send()
    with psycopg.connect(world.database_url) as connection:
        connection.execute("SELECT app.set_ctx(%s, %s, 'CLIENT')", (direct.client.id, direct.client.organization_id))
        assert connection.execute("SELECT live_contracts FROM app.obligations()").fetchone() == (True,)


def test_a_lease_to_incomplete_parties_is_sent_with_a_warning_or_refused(world, call, direct):
    world.sql(
        "UPDATE organizations SET legal_name = NULL, complete_parties = true WHERE id = %(id)s",
        id=direct.owner.organization_id,
    )
    refused = direct.send()
    assert (refused.status, refused.code) == (409, "PARTY_INCOMPLETE")
    assert "owner.legal_name" in refused.fields
    world.sql("UPDATE organizations SET complete_parties = false WHERE id = %(id)s", id=direct.owner.organization_id)

    sent = direct.send()

    assert (sent.status, sent.json["warnings"]) == (200, ["PARTY_INCOMPLETE"])
    assert "owner.legal_name" in sent.json["missing"]
