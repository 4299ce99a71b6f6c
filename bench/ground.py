"""The basis of every measurement: its own PostgreSQL, Redis and AWS (moto), a migrated database, a cast.

moto runs in a separate process: in this one it would be included in the measurement.
"""

import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from logging import StreamHandler
from pathlib import Path
from typing import Self, TextIO, cast

import psycopg

from local import leasing
from local.cloud.data.postgres import Postgres
from local.cloud.data.redis import Redis
from local.cloud.problem import CHECKOUT
from local.cloud.processes import free_port, spawn, stop, wait_until_it_answers
from shared.kit import valkey
from shared.kit.log import logger
from tests.conftest import DATABASE, REGION, make_resources, settings
from tests.successes import Successes
from tests.world import World, close_connections

UNLIMITED = "1000000"
"""RATE_LIMIT_SCALE: the limit is counted as usual, and never reached."""


class Ground:
    """`with Ground() as ground: ground.world`; this process has the environment of a function."""

    def __enter__(self) -> Self:
        self._exit = ExitStack()
        self.state = Path(tempfile.mkdtemp(prefix="leasing-bench-"))
        self._exit.callback(shutil.rmtree, self.state, ignore_errors=True)
        # Log lines are written as usual, and read by nobody.
        nowhere = self._exit.enter_context(open(os.devnull, "w"))
        for handler in logger.handlers:
            cast(StreamHandler[TextIO], handler).setStream(nowhere)
        self.postgres = self._exit.enter_context(Postgres(self.state, leasing.DATABASE))
        redis = self._exit.enter_context(Redis(self.state, users={"app": "on ~* &* +@all"}))
        self.database_url = self.postgres.create_migrated_database(DATABASE)
        os.environ.update(self._aws())
        os.environ.update(make_resources())
        os.environ.update(settings(self.postgres, redis), RATE_LIMIT_SCALE=UNLIMITED)
        self.world = World(self.database_url)
        self._exit.callback(self.world.close)
        self._exit.callback(close_connections)
        self.successes = Successes(self.world)
        return self

    def __exit__(self, *problem: object) -> None:
        self._exit.close()

    def forget_answers(self) -> None:
        """Empty Valkey: the next answers come from the database."""
        valkey.command("FLUSHALL")

    def settle(self) -> None:
        """Update the planner's statistics, and flush dirty pages."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def _aws(self) -> dict[str, str]:
        port = free_port()
        with (self.state / "moto.log").open("ab") as log:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
            process = spawn(command, log, signal.SIGKILL, directory=CHECKOUT)
        self._exit.callback(stop, process)
        assert wait_until_it_answers(process, port, 60), (self.state / "moto.log").read_text()
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }
