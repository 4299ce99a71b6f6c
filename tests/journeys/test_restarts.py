"""The platform is killed outright, with deals at every stage, and started again on what it left behind."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from local.cloud.processes import free_port
from local.platform import Platform
from tests.journeys.client import PATIENCE, PATIENT, Person, until
from tests.journeys.deals import Deal

MARK = "LEASING_JOURNEY"


@dataclass
class Survivors:
    """Who and what was there before the platform was killed."""

    platform: Platform
    owner: Person
    client: Person
    unsigned: Deal
    half_signed: Deal
    executed: Deal
    declined: Deal
    rendering: Deal
    in_force: Deal
    lease: bytes
    left_by_kill: list[str]


def descendants(mark: str) -> list[str]:
    """The command lines of processes that a platform with this mark in its environment has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int(process.name) != os.getpid() and f"{MARK}={mark}".encode() in (process / "environ").read_bytes():
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if command:
                    found.append(f"{process.name} {command}")
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found


def sealed(document: bytes) -> bytes | None:
    """The document; None as long as it is not sealed, which a machine at work elsewhere may take a while for."""
    return document if b"/ByteRange" in document else None


def gone(mark: str) -> list[str]:
    """What is still there of a platform after a while."""
    deadline = time.monotonic() + PATIENCE
    while (left := descendants(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


@pytest.fixture(scope="module")
def survivors(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survivors]:
    state, port = tmp_path_factory.mktemp("state"), free_port()
    platform = Platform(port, state, keep=True, templates=templates, environment=PATIENT, rate_limit_scale=1000)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(MARK, f"{port}-first")
        platform.start()
        try:
            owner, client = Person(platform, "OWNER"), Person(platform, "CLIENT")
            deals = [Deal(owner, client) for _ in range(5)]
            for deal in deals:
                deal.reaches("PENDING_SIGNATURE")
            unsigned, half_signed, executed, declined, in_force = deals
            in_force.conclude()
            lease = until(lambda: sealed(client.download(f"{in_force.path}/download")))
            half_signed.sign(client)
            executed.sign(client)
            assert len(descendants(f"{port}-first")) > 5
            with nobody_storing_documents(platform):
                rendering = Deal(owner, client)
                wait_for_rendering(platform)
                declined.decline(client)
                executed.sign(owner)
                platform.stop(signal.SIGKILL)
        finally:
            platform.stop(signal.SIGKILL)
        left = gone(f"{port}-first")
        patched.setenv(MARK, f"{port}-second")
        platform.start()
        try:
            yield Survivors(
                platform, owner, client, unsigned, half_signed, executed, declined, rendering, in_force, lease, left
            )
        finally:
            platform.stop(signal.SIGKILL)


@contextmanager
def nobody_storing_documents(platform: Platform) -> Iterator[None]:
    """The saga's function goes as far as its document's row, and waits, until the platform is killed."""
    with suppress(psycopg.OperationalError), psycopg.connect(platform.database_url) as connection:
        connection.execute("LOCK TABLE documents IN SHARE MODE")
        yield


def wait_for_rendering(platform: Platform) -> None:
    """Until the saga's function has the contract in its hands."""
    with psycopg.connect(platform.database_url, autocommit=True) as connection:
        until(
            lambda: connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE application_name = 'render_lease' AND xact_start IS NOT NULL"
            ).fetchone()
        )


def test_a_platform_that_is_killed_leaves_no_process_behind(survivors: Survivors) -> None:
    assert survivors.left_by_kill == []


def test_tokens_issued_before_a_restart_still_work(survivors: Survivors) -> None:
    assert survivors.client.ask("GET", "/contracts").status == 200
    refreshed = survivors.client.ask("POST", "/auth/refresh", {"refresh_token": survivors.client.refresh_token})
    assert refreshed.status == 200


def test_documents_stored_before_a_restart_have_the_same_bytes(survivors: Survivors) -> None:
    assert survivors.client.download(f"{survivors.in_force.path}/download") == survivors.lease


def test_an_unsigned_deal_continues_after_a_restart(survivors: Survivors) -> None:
    assert survivors.unsigned.conclude()["status"] == "SIGNED"


def test_a_deal_signed_by_the_client_continues_after_a_restart(survivors: Survivors) -> None:
    survivors.half_signed.sign(survivors.owner)
    contract = survivors.half_signed.reaches("SIGNED")
    assert contract["signature_status"] == "FULLY_SIGNED"
    assert contract["payments"]


def test_a_lease_whose_rendering_was_interrupted_by_a_restart_can_be_signed(survivors: Survivors) -> None:
    contract = survivors.rendering.conclude()
    assert contract["status"] == "SIGNED"
    assert len(contract["payments"]) == len({one["installment_number"] for one in contract["payments"]})


def test_a_deal_signed_by_both_sides_becomes_active_after_a_restart(survivors: Survivors) -> None:
    contract = survivors.executed.reaches("SIGNED")
    assert contract["payments"]
    assert survivors.executed.availability() == "RESERVED"


def test_a_declined_deal_is_undone_after_a_restart(survivors: Survivors) -> None:
    survivors.declined.is_undone()
    assert survivors.declined.payments() == []


def test_a_platform_that_is_stopped_leaves_no_process_behind(survivors: Survivors) -> None:
    mark = os.environ[MARK]
    with survivors.client.listening() as ear:
        assert ear.ask("ping", {}, "p")["event"] == "pong"
        assert len(descendants(mark)) > 5
        said_before = survivors.platform.log.stat().st_size
        survivors.platform.stop()
    assert gone(mark) == []
    assert survivors.platform.log.read_bytes()[said_before:] == b"stopping\n"
