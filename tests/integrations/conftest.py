import pytest

from tests.integrations.connecting import Connecting, configure
from tests.integrations.intuit import Intuit
from tests.integrations.zoho_books import ZohoBooks


@pytest.fixture
def servers(environment, monkeypatch):
    """Both providers, over real HTTP."""
    found = {"quickbooks": Intuit(), "zoho": ZohoBooks()}
    configure(monkeypatch, found)
    yield found
    for server in found.values():
        server.close()


@pytest.fixture(params=["quickbooks", "zoho"])
def connecting(request, world, servers):
    """An owner on the way to each of them."""
    return Connecting(world, servers[request.param], request.param, world.owner())


@pytest.fixture
def quickbooks(world, servers):
    return Connecting(world, servers["quickbooks"], "quickbooks", world.owner())


@pytest.fixture
def zoho(world, servers):
    return Connecting(world, servers["zoho"], "zoho", world.owner())
