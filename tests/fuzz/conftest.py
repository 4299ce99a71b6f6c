"""Who sends what the tests of this folder make up."""

import pytest

from shared.kit.catalog import Role


@pytest.fixture(scope="module")
def anybody(_world):
    """Somebody who may do everything; nothing it sends may leave a trace."""
    return _world.user(Role.SUPER_ADMIN)


@pytest.fixture
def leaves_no_trace(world, anybody):
    """The database holds nothing of what the test sent: no event, no audit row."""
    yield
    assert world.events(actor=anybody) == []
    assert world.sql("SELECT action FROM audit_logs WHERE user_id = %(id)s", id=anybody.id) == []
