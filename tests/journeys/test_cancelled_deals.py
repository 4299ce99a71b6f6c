"""A cancelled deal is undone completely: nobody is bound, nothing is owed, the space is free."""

import pytest

from tests.journeys.client import Person, until
from tests.journeys.deals import Deal, new_space, place_bid

REASON = "We found something closer."


@pytest.mark.parametrize("side", ["owner", "client"])
def test_a_contract_declined_before_anyone_signed_is_undone(owner: Person, client: Person, side: str) -> None:
    deal = Deal(owner, client)
    deal.reaches("PENDING_SIGNATURE")
    with client.listening() as clients_ear, owner.listening() as owners_ear:
        deal.decline({"owner": owner, "client": client}[side], REASON)
        contract = deal.is_undone()
        other = {"owner": clients_ear, "client": owners_ear}[side]
        other.hear("notification:new", title="Lease Declined")
        for ear in (clients_ear, owners_ear):
            ear.hear("notification:new", title="Lease Cancelled")
    assert contract["termination_reason"] == REASON
    assert deal.payments() == [] == contract["payments"]
    answer = client.ask("GET", f"{deal.path}/download")
    assert (answer.status, answer.code) == (409, "DOCUMENT_GONE")


def test_a_contract_declined_by_the_owner_frees_the_space_for_a_backup_bid(owner: Person, client: Person) -> None:
    backup = Person(owner.platform, "CLIENT")
    space = new_space(owner)
    waiting = place_bid(backup, space, amount=4700)
    deal = Deal(owner, client, space)
    deal.reaches("PENDING_SIGNATURE")
    deal.sign(client)
    assert owner.ask("PUT", f"/bids/{waiting['id']}/approve").code == "SPACE_NOT_AVAILABLE"
    deal.decline(owner, REASON)
    contract = deal.is_undone()
    assert contract["termination_reason"] == REASON
    assert contract["signature_status"] == "SIGNED_BY_CLIENT"
    assert deal.payments() == []
    # What somebody has signed stays as evidence.
    assert client.download(f"{deal.path}/download").startswith(b"%PDF")
    assert client.ask("PATCH", f"{deal.path}/sign", {"signature": "Me", "consent": True}).code == "DEAL_DECLINED"

    approved = owner.do("PUT", f"/bids/{waiting['id']}/approve")
    deal.client, deal.contract_id = backup, approved["contract_id"]
    assert deal.conclude()["status"] == "SIGNED"


def test_a_contract_declined_by_the_client_after_signing_is_undone(owner: Person, client: Person) -> None:
    deal = Deal(owner, client)
    deal.reaches("PENDING_SIGNATURE")
    deal.sign(client)
    deal.decline(client, REASON)
    deal.is_undone()
    assert owner.ask("PATCH", f"{deal.path}/sign", {"signature": "Me", "consent": True}).code == "DEAL_DECLINED"
    assert deal.payments() == []


def test_a_contract_declined_before_the_signature_request_is_undone(owner: Person, client: Person) -> None:
    deal = Deal(owner, client)
    deal.decline(client, REASON)
    assert deal.is_undone()["termination_reason"] == REASON
    assert deal.payments() == []


def test_a_contract_is_declined_only_once(owner: Person, client: Person) -> None:
    deal = Deal(owner, client)
    deal.reaches("PENDING_SIGNATURE")
    deal.decline(client, REASON)
    assert owner.ask("PATCH", f"{deal.path}/decline", {"reason": "Me too"}).code == "DEAL_DECLINED"
    assert deal.is_undone()["termination_reason"] == REASON


def test_the_space_of_a_cancelled_deal_can_be_leased_to_the_same_client(owner: Person, client: Person) -> None:
    deal = Deal(owner, client)
    deal.decline(owner, REASON)
    deal.is_undone()
    again = until(lambda: Deal(owner, client, deal.space))
    assert again.conclude()["status"] == "SIGNED"
    assert again.contract_id != deal.contract_id
