"""How the operations of integrations succeed: see tests/successes.py. The way to a provider and back is
tests/integrations/test_connecting.py's."""

from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.call import call
from tests.cast import Asked, Cast
from tests.integrations.intuit import MAPPED, REALM

PATH = {"provider": "quickbooks"}
BODIES = {
    "list_integrations": None,
    "start_integration": {"starts_on": "2026-01-01"},
    "change_integration": {"accounts": MAPPED},
    "sync_integration": None,
    "list_integration_log": None,
    "retry_documents": {},
    "list_integration_targets": None,
    "list_integration_tenants": None,
    "remove_integration": None,
}


class Successes(Cast):
    @cached_property
    def _connected(self) -> Any:
        """An owner with a lease whose company is connected, with a document that was refused."""
        return self._owner_of(self.lease)

    def list_integrations(self) -> Asked:
        return {"as_": self._connected}

    def start_integration(self) -> Asked:
        from tests.integrations.rows import apps

        apps()
        return {"as_": self.owner, "path": PATH, "body": BODIES["start_integration"]}

    def finish_integration(self) -> Asked:
        from functions.integrations.start_integration import start_integration

        started = call(start_integration, **self.start_integration())
        [state] = parse_qs(urlsplit(started.json["authorize_url"]).query)["state"]
        cookies = [cookie.partition(";")[0] for cookie in started.cookies]
        return {"path": PATH, "query": {"state": state, "code": "their-code", "realmId": REALM}, "cookies": cookies}

    def change_integration(self) -> Asked:
        return {"as_": self._connected, "path": PATH, "body": BODIES["change_integration"]}

    def sync_integration(self) -> Asked:
        return {"as_": self._connected, "path": PATH}

    def list_integration_log(self) -> Asked:
        return {"as_": self._other_connected(), "path": PATH}

    def retry_documents(self) -> Asked:
        return {"as_": self._connected, "path": PATH, "body": {}}

    def list_integration_targets(self) -> Asked:
        return {"as_": self._connected, "path": PATH}

    def list_integration_tenants(self) -> Asked:
        return {"as_": self._connected, "path": PATH}

    def remove_integration(self) -> Asked:
        return {"as_": self._other_connected(), "path": PATH}

    def _other_connected(self) -> Any:
        """Another owner, of whose documents nobody has asked for another try."""
        return self._owner_of(self.payment()[0])

    def _owner_of(self, deal: Any) -> Any:
        from tests.integrations.rows import connected

        return connected(self.world, deal.owner, deal.contract)
