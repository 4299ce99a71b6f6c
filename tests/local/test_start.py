"""Starting and stopping: one sentence when it cannot, nothing left behind when it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.cloud.problem import CHECKOUT, Problem
from local.platform import Platform
from tests.local import stack
from tests.local.conftest import PATIENCE


def test_a_port_in_use_is_reported_in_one_sentence(small_app: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        platform = Platform(port=taken.getsockname()[1], state=tmp_path, templates=small_app)

        with pytest.raises(Problem, match=r"^Port \d+ is in use: .* choose another with PORT=\d+\.$"):
            platform.start()


def start(state: Path, templates: Path) -> str:
    """What a start that is refused says, in all."""
    command = [
        sys.executable,
        "-m",
        "local",
        "--bare",
        "--port",
        "0",
        "--state",
        str(state),
        "--templates",
        str(templates),
    ]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=CHECKOUT)
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def test_a_second_platform_in_a_folder_is_refused_and_harms_nothing(cloud: Platform, small_app: Path) -> None:
    said = start(cloud.state, small_app)

    assert said.startswith(f"A platform runs in this folder already (process {cloud.details['pid']}): ")
    assert httpx.get(f"{cloud.url}/nowhere", timeout=PATIENCE).status_code == 200
    assert (cloud.state / "state.json").exists()


def test_a_folder_that_cannot_be_written_is_reported_in_one_sentence(small_app: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = start(tmp_path / "file" / "state", small_app)

    assert said == f"{tmp_path}/file/state cannot be written to: Not a directory. A platform keeps its data there.\n"


@pytest.mark.slow
def test_a_server_that_ends_is_reported_with_the_way_to_start_it_again(small_app: Path, tmp_path: Path) -> None:
    with Platform(templates=small_app, state=tmp_path) as platform:
        for name in ("postgres", "redis"):
            os.kill(platform.details[name]["pid"], signal.SIGKILL)
            again = f"curl -X POST {platform.aws_url}/_local/{name}/start"
            _wait_for(lambda again=again: again in platform.log.read_text())

            platform.control(name, "start")
    assert platform.log.read_text().count("has ended") == 2
    assert platform.log.read_text().endswith("stopping\n")


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_a_failed_migration_is_reported_in_one_sentence(small_app: Path, tmp_path: Path) -> None:
    platform = Platform(templates=small_app, state=tmp_path, environment={"FAIL_MIGRATION": "1"})

    with pytest.raises(Problem, match="migrate failed, so the database is not usable: read .*migrate.log"):
        platform.start()
    assert "on purpose" in (platform.state / "logs" / "migrate.log").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "sentence"),
    [("WorkPolicy", "EventBridge's rule Heard may not send to work"), ("Invoker", "API Gateway may not invoke echo")],
)
def test_a_missing_grant_is_reported_by_name(tmp_path: Path, missing: str, sentence: str) -> None:
    powerless = {missing: {"Type": "AWS::IAM::Role", "Properties": {}}} if missing == "Invoker" else None
    without = () if powerless else (missing,)
    platform = Platform(templates=stack.write(tmp_path / "cdk", powerless, without), state=tmp_path)

    with pytest.raises(Problem, match=sentence):
        platform.start()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_platform_leaves_nothing_behind(small_app: Path, tmp_path: Path, how: int) -> None:
    platform = Platform(templates=small_app, state=tmp_path)
    platform.start()
    assert httpx.get(f"{platform.url}/nowhere", timeout=PATIENCE).status_code == 200
    children = _family(platform.details["pid"])
    assert len(children) >= 4

    platform.stop(how)

    _wait_for(lambda: not any(_is_alive(child) for child in children))


@pytest.mark.slow
def test_kept_data_is_available_at_the_next_start(small_app: Path, tmp_path: Path) -> None:
    notes = {"NOTES": str(tmp_path / "notes")}
    body = {"service": "s3", "operation": "put_object"}
    sign = {"service": "kms", "operation": "list_keys", "parameters": {}}

    def post(platform: Platform, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = httpx.post(f"{platform.url}{path}", json=asked, timeout=PATIENCE).json()
        return answer

    with Platform(templates=small_app, state=tmp_path, keep=True, environment=notes) as first:
        parameters = {"Bucket": "documents", "Key": "a/b ü", "Body": "text", "ContentType": "text/plain"}
        assert "ETag" in post(first, "/aws", {**body, "parameters": parameters})
        today = post(first, "/_local/clock", {"advance_days": 5})["today"]

    with Platform(templates=small_app, state=tmp_path, keep=True, environment=notes) as second:
        wanted = {"Bucket": "documents", "Key": "a/b ü"}
        stored = post(second, "/aws", {**body, "operation": "head_object", "parameters": wanted})
        assert (stored["ContentLength"], stored["ContentType"]) == (4, "text/plain")
        assert post(second, "/_local/clock", {"advance_days": 1})["today"] > today
        assert post(second, "/aws", sign) == {"refused": "AccessDeniedException"}


def _family(pid: int) -> list[int]:
    """All processes below this one, by /proc."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [each for child in found for each in _family(child)]


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
