import pytest

from functions.contracts.list_contracts import list_contracts
from shared.kit.catalog import Role
from tests.leasing.deal import Deal


@pytest.fixture
def deal(world, call):
    return Deal(world, call)


def test_each_side_lists_only_its_own_contracts(deal, call, world):
    Deal(world, call)

    for side in (deal.owner, deal.client):
        [listed] = call(list_contracts, as_=side).json["data"]
        assert (listed["id"], listed["status"]) == (deal.contract, "DRAFT")
        assert listed["contract_url"] == f"http://127.0.0.1:8000/api/v1/contracts/{deal.contract}/download"
        assert listed["client"]["name"] == deal.client.name


def test_contracts_can_be_filtered_by_status(deal, call):
    assert len(call(list_contracts, as_=deal.owner, query={"status": "DRAFT"}).json["data"]) == 1
    assert call(list_contracts, as_=deal.owner, query={"status": "ACTIVE"}).json["data"] == []
    assert call(list_contracts, as_=deal.owner, query={"status": "LOST"}).fields == ["status"]


def test_an_agent_sees_no_contracts(deal, call, world):
    assert call(list_contracts, as_=world.colleague(deal.owner, Role.AGENT)).status == 403
