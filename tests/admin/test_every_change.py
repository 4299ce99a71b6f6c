"""Every change of the catalog is entered, and every one that was refused (quality 73)."""

import importlib
from typing import Any

import pytest

from shared.kit import catalog
from shared.kit.catalog import Operation, Role
from tests.call import call, other_id
from tests.successes import Successes

# Signing in and out: tests/auth, each beside what else it leaves.
CHANGES = [one for one in catalog.requested(catalog.load()) if one.writes and one.access and one.word != "auth"]


@pytest.fixture(scope="module")
def successes(_world) -> Successes:
    return Successes(_world)


def entered(world: Any, operation: Operation, asked: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """The answer's status, and what stands in the audit log of that request."""
    correlation_id = other_id().hex
    endpoint = getattr(importlib.import_module(operation.module), operation.name)
    headers = {**asked.pop("headers", {}), "x-correlation-id": correlation_id}
    reply = call(endpoint, **asked, headers=headers)
    return reply.status, world.sql("SELECT * FROM audit_logs WHERE correlation_id = %(id)s", id=correlation_id)


@pytest.mark.parametrize("operation", CHANGES, ids=lambda one: one.name)
def test_every_change_is_audited_with_its_user_and_address(operation, successes, world):
    asked = successes.asked(operation.name)

    status, rows = entered(world, operation, asked)

    assert status < 300
    assert rows
    for row in rows:
        assert (row["user_id"], row["organization_id"]) == (asked["as_"].id, asked["as_"].organization_id)
        assert (row["operation"], row["response_status"]) == (operation.name, operation.returns)
        # Who ends an account takes along where it came from.
        assert (row["ip_address"] is None) == (operation.name == "delete_account")
        assert row["resource_type"] and row["after"] is not None


@pytest.mark.parametrize("operation", [one for one in CHANGES if one.access != set(Role)], ids=lambda one: one.name)
def test_every_refused_change_is_audited_with_its_user_and_address(operation, successes, world):
    other = next(role for role in Role if role not in operation.access)
    asked = successes.asked(operation.name) | {"as_": world.user(other)}

    status, rows = entered(world, operation, asked)

    assert status == 403
    assert [(row["action"], row["after"]) for row in rows] == [(f"{operation.name}.refused", {"code": "FORBIDDEN"})]
