"""The examples of requests and answers: real ones, kept in docs/examples/<word>.json by `make examples`.

tests/architecture/test_examples.py sends each of them, and compares its answer with the document. frames.json has
the frames of the WebSocket API, as tests sent or heard them.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from shared.kit.catalog import Operation

FOLDER = Path("docs/examples")
FRAMES = FOLDER / "frames.json"


def example_of(operation: Operation) -> dict[str, Any]:
    """The operation's example: what it has of `path`, `query`, `body` and `answer`."""
    found: dict[str, Any] = examples(operation.word).get(operation.name, {})
    return found


@cache
def examples(word: str) -> dict[str, Any]:
    """The examples of a word's operations, by name."""
    file = FOLDER / f"{word}.json"
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


@cache
def frames() -> dict[str, Any]:
    """A frame of each event, by the event's name."""
    found: dict[str, Any] = json.loads(FRAMES.read_text(encoding="utf-8")) if FRAMES.exists() else {}
    return found
