"""Where races are run: a world of its own, whose whole database has to keep its promises afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
import pytest

from functions.system.relay_outbox import relay_outbox
from local.cloud.data.postgres import Postgres
from shared.kit import unit
from shared.kit.log import logger
from tests import invariants
from tests.call import Crowd
from tests.world import World, close_connections

DATABASE = "races"


class Arena(World):
    """A World with a crowd: `arena.together([...])` releases the calls at the same moment."""

    together: Crowd

    @classmethod
    def on(cls, postgres: Postgres) -> Self:
        url = postgres.create_migrated_database(DATABASE)
        with psycopg.connect(url, autocommit=True) as connection:
            # What is at stake here is who sees what when, not what a power cut leaves.
            connection.execute(f"ALTER DATABASE {DATABASE} SET synchronous_commit = off")
        return cls(url)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Every operation works on the arena's database."""
        close_connections()
        self.together = Crowd()
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(os.environ, "DATABASE_NAME", DATABASE)
            # Nobody listens to the nudge after a COMMIT here; `relay` does at the end what it asks for.
            patch.setattr(unit, "nudge_relay", lambda: None)
            logged = logger.log_level
            logger.setLevel("CRITICAL")
            try:
                yield
            finally:
                logger.setLevel(logged)
                self.together.close()
                close_connections()

    def relay(self) -> None:
        """Send every event of the outbox to the bus."""
        record: dict[str, Any] = {"messageId": "nudge", "body": "{}", "attributes": {"ApproximateReceiveCount": "1"}}
        while self.sql("SELECT id FROM outbox WHERE published_at IS NULL LIMIT 1"):
            assert relay_outbox({"Records": [record]}, None)["batchItemFailures"] == []

    def broken(self) -> dict[str, list[dict[str, object]]]:
        """The promises that the database breaks once everything has been told; see tests/invariants.py."""
        self.relay()
        return invariants.broken(self.database_url)
