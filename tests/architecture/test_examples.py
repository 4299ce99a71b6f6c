"""The examples of docs/openapi.json are sent and answered: `make examples` keeps those that are missing or out of date.

What differs from one run to the next (ids, addresses, tokens) is the running platform's own when an example is sent.
"""

import importlib
import json
from typing import Any

import pytest

from shared.kit import catalog, wire
from tests.auth.authenticator import stopped_clock
from tests.call import call
from tests.kept import UUID, keep
from tests.published import validator
from tests.successes import Successes
from tools.describe import examples

ELSEWHERE = {"start_oauth", "finish_oauth", "exchange_oauth", "finish_integration"}
"""What a provider has to answer first: tests/auth/test_oauth.py, tests/integrations/test_connecting.py."""
OPERATIONS = [each for each in catalog.load() if each.kind == "endpoint" and each.method and each.name not in ELSEWHERE]
OWN = {"email", "token", "refresh_token", "mfa_token", "recovery_code", "code", "document_sha256", "signature"}
"""Fields whose value is another one in every run."""


@pytest.fixture(scope="module")
def successes(_world):
    return Successes(_world)


@pytest.fixture(autouse=True)
def _stopped_clock():
    with stopped_clock():
        yield


def plain(value: Any) -> Any:
    """As it goes over the wire."""
    return json.loads(wire.render(value)) if value is not None else None


def sent(example: Any, asked: Any, name: str = "") -> Any:
    """The example's request, with this run's own ids and tokens."""
    if isinstance(example, dict) and isinstance(asked, dict):
        assert example.keys() == asked.keys(), "run `make examples`"
        return {key: sent(example[key], asked[key], key) for key in example}
    if isinstance(example, list) and isinstance(asked, list):
        return [sent(one, other, name) for one, other in zip(example, asked, strict=True)]
    return asked if name in OWN or UUID.fullmatch(str(example)) else example


def shortened(value: Any) -> Any:
    """An answer that can be read: of a list its first two."""
    if isinstance(value, list):
        return [shortened(one) for one in value[:2]]
    return {key: shortened(one) for key, one in value.items()} if isinstance(value, dict) else value


def problems_of(operation: Any, example: dict[str, Any]) -> list[str]:
    """Where the example's answer is not as the document says."""
    if "answer" not in example:
        return []
    found = validator(operation.path, operation.method, operation.returns)
    return [problem.message for problem in found.iter_errors(example["answer"])] if found else []


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_example_succeeds_and_its_answer_is_as_published(operation, successes, request):
    asked = successes.asked(operation.name)
    example = examples.example_of(operation)
    parts = {part: plain(asked[part]) for part in ("path", "query", "body") if part in asked and not operation.raw}
    keeps = request.config.getoption("--keep-examples")
    is_kept = bool(example) and not (keeps and example.keys() - {"answer"} != parts.keys())
    if is_kept:
        assert example.keys() - {"answer"} == parts.keys(), "run `make examples`"
        asked |= {part: sent(example[part], parts[part]) for part in parts}

    reply = call(getattr(importlib.import_module(operation.module), operation.name), **asked)

    assert reply.status == operation.returns, reply.body
    has_json = operation.returns != 204 and "application/json" in reply.headers["content-type"]
    answer = {"answer": shortened(json.loads(reply.body))} if has_json and operation.word != "system" else {}
    if keeps and (not is_kept or problems_of(operation, example)):
        keep(examples.FOLDER / f"{operation.word}.json", {operation.name: parts | answer})
        return
    assert is_kept or not parts | answer, "run `make examples`"
    assert example.keys() == (parts | answer).keys(), "run `make examples`"
    assert problems_of(operation, example) == []
    if answer:
        assert example["answer"].keys() == answer["answer"].keys()


def test_no_example_is_left_of_what_is_gone():
    names = {operation.name for operation in OPERATIONS}

    for file in set(examples.FOLDER.glob("*.json")) - {examples.FRAMES}:
        assert json.loads(file.read_text(encoding="utf-8")).keys() <= names
