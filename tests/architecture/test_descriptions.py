"""The published documents describe each parameter and field whose name alone leaves a question."""

import json
from collections.abc import Iterator
from typing import Any

from tests.architecture.test_openapi import WRITTEN, reached
from tools.describe import asyncapi
from tools.describe.words import WORDS

FRAMES: dict[str, Any] = json.loads(asyncapi.DOCUMENT.read_text(encoding="utf-8"))

SELF_EVIDENT = {"address", "bio", "certifications", "company", "criteria", "email", "issue_date", "issuer"}
SELF_EVIDENT |= {"kind", "linkedin", "notification_preferences", "payment_method", "phone", "push"}
SELF_EVIDENT |= {"role", "skills", "sms", "status", "text", "usage_type", "values", "website"}
SELF_EVIDENT |= {"building_id", "contract_id", "floor_id", "organization_id", "space_id"}
"""Names of parameters and of requests' fields that need no description."""

OPERATIONS = [found for methods in WRITTEN["paths"].values() for found in methods.values()]


def described(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property below, by its name."""
    if isinstance(schema, list):
        for one in schema:
            yield from described(one)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties.items() if isinstance(properties, dict) else ()
        for one in schema.values():
            yield from described(one)


def test_every_parameter_is_described_unless_its_name_says_it_all():
    found = [(operation["operationId"], one) for operation in OPERATIONS for one in operation["parameters"]]
    named = [(operation, one) for operation, one in found if "name" in one and one["name"] not in SELF_EVIDENT]

    assert len(named) > 50
    assert [(operation, one["name"]) for operation, one in named if "description" not in one] == []


def test_every_field_of_a_request_is_described_unless_its_name_says_it_all():
    models = reached([one["requestBody"] for one in OPERATIONS if "requestBody" in one])
    found = [(model, *field) for model in models for field in described(WRITTEN["components"]["schemas"][model])]
    named = [(model, name, field) for model, name, field in found if name not in SELF_EVIDENT]

    assert len(named) > 50
    assert [(model, name) for model, name, field in named if "description" not in field] == []


def test_every_name_that_needs_no_description_has_none():
    asked = reached([one["requestBody"] for one in OPERATIONS if "requestBody" in one])
    found = [*described([WRITTEN["components"]["schemas"][model] for model in asked])]
    found += [(one["name"], one) for operation in OPERATIONS for one in operation["parameters"] if "name" in one]

    assert SELF_EVIDENT - {name for name, one in found if "description" not in one} == set()
    assert SELF_EVIDENT & WORDS.keys() == set()


def test_every_name_that_has_one_description_for_all_is_used():
    fields = [*described([WRITTEN["components"]["schemas"], FRAMES])]
    fields += [(one["name"], one) for operation in OPERATIONS for one in operation["parameters"] if "name" in one]
    used = {name for name, field in fields if field.get("description", "").startswith(WORDS.get(name, "-"))}

    assert WORDS.keys() - used == set()


def test_a_description_is_made_of_sentences():
    fields = [*described([WRITTEN["components"]["schemas"], FRAMES])]

    assert [(name, one["description"]) for name, one in fields if not one.get("description", ".").endswith(".")] == []
