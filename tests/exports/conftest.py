import pytest

from tests.exports.exporting import Exporting


@pytest.fixture
def exporting(world, environment):
    return Exporting(world)
