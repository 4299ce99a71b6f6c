"""What docs/openapi.json says of answers, held against real ones: nothing else, and nothing more."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[1] / "docs" / "openapi.json").read_text())
FORMATS = Draft202012Validator.FORMAT_CHECKER


def closed(schema: Any) -> Any:
    """The schema, for which a field that it does not name is wrong: answers are open to clients, not to us."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return (
        {"additionalProperties": False, **inner} if schema.get("type") == "object" and "properties" in schema else inner
    )


_COMPONENTS = {"schemas": closed(DOCUMENT["components"]["schemas"])}


@cache
def validator(path: str, method: str, status: int) -> Draft202012Validator | None:
    """What the operation's JSON of that status has to be; None where it is no JSON, or in somebody else's words."""
    operation = DOCUMENT["paths"].get(path, {}).get(method.lower())
    assert operation, f"docs/openapi.json has no {method} {path}: run `make openapi`"
    response = operation["responses"].get(str(status))
    assert response, f"{method} {path} does not say that it may answer {status}"
    content = response.get("content", {}).get("application/json")
    if content is None:
        return None
    return Draft202012Validator(closed(content["schema"]) | {"components": _COMPONENTS}, format_checker=FORMATS)


def check(operation: Any, status: int, body: bytes) -> None:
    """Raises AssertionError where the answer is not as it is published."""
    found = validator(operation.path, operation.method, status)
    problems = (
        [f"{problem.json_path}: {problem.message}" for problem in found.iter_errors(json.loads(body))] if found else []
    )
    assert problems == [], (operation.name, status, problems)
