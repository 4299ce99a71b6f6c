"""One platform with the small app of stack.py, for all tests of this folder."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.platform import Platform
from tests.local import stack

Notes = Callable[..., list[dict[str, Any]]]
PATIENCE = 180.0


@pytest.fixture(scope="session")
def small_app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cdk.out."""
    return stack.write(tmp_path_factory.mktemp("cdk"))


@pytest.fixture(scope="session")
def notes_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the app's functions write what happened to them."""
    return tmp_path_factory.mktemp("notes") / "notes"


@pytest.fixture(scope="session")
def cloud(small_app: Path, notes_file: Path) -> Iterator[Platform]:
    """The running platform."""
    with Platform(templates=small_app, environment={"NOTES": str(notes_file)}) as platform:
        yield platform


@pytest.fixture(scope="session")
def client(cloud: Platform) -> Iterator[httpx.Client]:
    """An HTTP client of its REST API."""
    with httpx.Client(base_url=cloud.url, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
def ask_aws(client: httpx.Client) -> Callable[..., dict[str, Any]]:
    """Let a function of the app call AWS."""

    def ask(service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        asked = {"service": service, "operation": operation, "parameters": parameters}
        answer: dict[str, Any] = client.post("/aws", json=asked).json()
        return answer

    return ask


@pytest.fixture
def notes(notes_file: Path) -> Notes:
    """Wait until the functions have noted `count` things of a kind, and return them."""

    def wait(what: str, count: int = 1, fits: Callable[[dict[str, Any]], bool] = lambda note: True) -> Any:
        deadline = time.monotonic() + PATIENCE
        while True:
            lines = notes_file.read_text().splitlines() if notes_file.exists() else []
            found = [note for line in lines if (note := json.loads(line))["what"] == what and fits(note)]
            if len(found) >= count or time.monotonic() > deadline:
                assert len(found) >= count, f"{what}: {len(found)} of {count}"
                return found
            time.sleep(0.02)

    return wait
