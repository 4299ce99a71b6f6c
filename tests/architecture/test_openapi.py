"""docs/openapi.json is what the catalog says, whole and valid."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.kit import catalog
from shared.kit.catalog import Operation
from shared.kit.fields import Body
from tools.describe import openapi

OPERATIONS = catalog.requested(catalog.load())
WRITTEN: dict[str, Any] = json.loads(openapi.DOCUMENT.read_text(encoding="utf-8"))


def described(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = WRITTEN["paths"][operation.path][str(operation.method).lower()]
    return found


def test_the_openapi_document_is_current():
    text = openapi.render(openapi.document(catalog.load()))

    assert openapi.DOCUMENT.read_text(encoding="utf-8") == text, "run `make openapi`"


def test_the_openapi_document_is_valid():
    OpenAPIV31SpecValidator(WRITTEN).validate()


def test_the_openapi_document_lists_exactly_the_operations_of_the_catalog():
    listed = {
        (method.upper(), path): operation["operationId"]
        for path, methods in WRITTEN["paths"].items()
        for method, operation in methods.items()
    }

    aliases = {(one.method, one.alias): f"{one.name}_alias" for one in OPERATIONS if one.alias}
    assert listed == {(one.method, one.path): one.name for one in OPERATIONS} | aliases


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_the_openapi_document_has_every_refusal_of_an_operation(operation):
    told = {
        (int(status), code)
        for status, response in described(operation)["responses"].items()
        for code in response.get("content", {}).get("application/json", {}).get("examples", {})
    }

    assert {(kind.status, kind.code) for kind in openapi.refusals_of(operation)} == told
    assert {kind.status for kind in operation.raises} <= {status for status, _ in told}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_has_a_summary_a_description_and_an_answer(operation):
    found = described(operation)

    assert found["summary"].endswith("."), "the docstring's first line is a sentence"
    assert 3 <= len(found["summary"].split()) <= 6, "the docstring's first line has three to six words"
    assert found["description"].endswith("."), "below its first line the docstring describes the operation"
    assert found["tags"] == [operation.word]
    answer = found["responses"][str(operation.returns)]
    assert operation.returns in (204, 302) or answer["content"]
    assert found.get("x-roles", []) == sorted(operation.access)


def test_the_openapi_document_describes_every_request_body():
    """Also where the function reads the bytes themselves: then with the headers that sign them."""
    for operation in OPERATIONS:
        reads = [kind for name, kind in operation.function.__annotations__.items() if name != "return"]
        takes_body = any(isinstance(kind, type) and issubclass(kind, Body) for kind in reads)
        assert ("requestBody" in described(operation)) == (takes_body or bool(operation.raw or operation.form)), (
            operation.name
        )

    webhook = WRITTEN["paths"]["/api/v1/webhooks/docusign"]["post"]
    body = webhook["requestBody"]["content"]["application/json"]
    assert (webhook["requestBody"]["required"], body["schema"]["type"]) == (True, "object")
    assert set(body["example"]["data"]) == {"envelope_id", "contract_id", "signed_at"}
    headers = [parameter["name"] for parameter in webhook["parameters"] if parameter.get("in") == "header"]
    assert headers == ["X-DocuSign-Signature-1", "X-DocuSign-Signature-2"]


def test_money_is_a_number_and_an_answer_has_all_its_fields():
    bid = WRITTEN["components"]["schemas"]["Bid"]

    assert bid["properties"]["bid_amount"]["type"] == "number"
    assert set(bid["required"]) == set(bid["properties"])


KEYWORDS = {"$ref", "type", "description", "properties", "required", "additionalProperties", "items", "anyOf", "oneOf"}
KEYWORDS |= {"const", "enum", "format", "pattern", "not", "default", "examples", "discriminator", "x-decimals", "title"}
KEYWORDS |= {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "minItems"}
KEYWORDS |= {"maxItems", "propertyNames"}
"""The words of JSON Schema that the document may use. No `multipleOf`: by it 19.99 is no amount of cents."""


def schemas(described: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema below, those of properties too, with its place."""
    if isinstance(described, list):
        for number, one in enumerate(described):
            yield from schemas(one, f"{where}/{number}")
    elif isinstance(described, dict):
        yield where, described
        for name, one in described.items():
            if name == "properties":
                for field, inner in one.items():
                    yield from schemas(inner, f"{where}/{field}")
            elif name not in ("example", "examples", "default", "discriminator", "enum", "const"):
                yield from schemas(one, f"{where}/{name}")


SCHEMAS = [found for name, one in WRITTEN["components"]["schemas"].items() for found in schemas(one, name)]


def test_the_schemas_use_the_words_of_json_schema_alone():
    assert [(where, odd) for where, one in SCHEMAS if (odd := one.keys() - KEYWORDS)] == []
    assert [where for where, one in SCHEMAS if {"maximum", "exclusiveMaximum"} <= one.keys()] == []
    assert [where for where, one in SCHEMAS if {"minimum", "exclusiveMinimum"} <= one.keys()] == []


def test_no_field_has_null_for_its_default():
    assert [where for where, one in SCHEMAS if "default" in one and one["default"] is None] == []
    offer = WRITTEN["components"]["schemas"]["Offer"]["properties"]
    assert (offer["contract_type"]["default"], offer["term_months"]["default"]) == ("LEASE", 12)
    assert offer["start_date"]["description"] == "First day of the term. By default the first day of next month."


def test_a_choice_stands_under_its_name_alone():
    assert [where for where, one in SCHEMAS if "enum" in one and "/" in where] == []


def test_no_object_is_untyped_but_those_that_are_free_by_nature():
    free = [where for where, one in SCHEMAS if one.get("type") == "object" and "properties" not in one]

    assert all("additionalProperties" in one for where, one in SCHEMAS if where in free)
    assert sorted(where.partition("/anyOf")[0] for where in free) == [
        "AuditEntry/after",
        "AuditEntry/before",
        "Change/data",
        "EvidenceSignature/evidence",
        "ExplainedStep/inputs",
        "FlagsOfCaller/data",
        "IntegrationChange/accounts",
        "Notification/metadata",
        "Notification/params",
        "UploadForm/fields",
    ]


def reached(described: Any) -> set[str]:
    """The names of all schemas that a part of the document leads to."""
    found: set[str] = set()
    ahead = set(re.findall(REFERENCE, json.dumps(described)))
    while ahead:
        found |= ahead
        inner = [WRITTEN["components"]["schemas"][name] for name in ahead]
        ahead = set(re.findall(REFERENCE, json.dumps(inner))) - found
    return found


REFERENCE = r"#/components/schemas/(\w+)"


def test_requests_are_closed_and_answers_are_open():
    every = [found for methods in WRITTEN["paths"].values() for found in methods.values()]
    asked = reached([one["requestBody"] for one in every if "requestBody" in one])
    answered = reached([one["responses"] for one in every])
    models = WRITTEN["components"]["schemas"]

    asked_models = {name for name in asked if "properties" in models[name]}
    assert [name for name in asked_models if models[name].get("additionalProperties") is not False] == []
    assert [name for name in answered if models[name].get("additionalProperties") is False] == []
    assert asked_models & answered == set()


def test_a_provider_in_a_path_is_one_that_the_path_takes():
    found = {
        path: parameter["description"]
        for path, methods in WRITTEN["paths"].items()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if parameter.get("name") == "provider" and parameter["in"] == "path"
    }

    assert {text for path, text in found.items() if "/oauth/" in path} == {
        "The sign-in provider: `google` or `linkedin`."
    }
    assert {text for path, text in found.items() if "/integrations/" in path} == {
        "The accounting software: `quickbooks` or `zoho`."
    }
