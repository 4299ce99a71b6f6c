"""docs/openapi.json is what the catalog says, whole and valid."""

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.kit import catalog
from shared.kit.catalog import Operation
from shared.kit.fields import Body
from tools.describe import openapi

OPERATIONS = [operation for operation in catalog.load() if operation.kind == "endpoint" and operation.method]
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

    assert listed == {(operation.method, operation.path): operation.name for operation in OPERATIONS}


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

    assert found["summary"].endswith(".") and 3 <= len(found["summary"].split()) <= 6
    assert found["description"].endswith(".")
    assert found["tags"] == [operation.domain]
    answer = found["responses"][str(operation.returns)]
    assert operation.returns in (204, 302) or answer["content"]
    assert found.get("x-roles", []) == sorted(operation.access)


def test_the_openapi_document_describes_every_request_body():
    """Also where the function reads the bytes themselves: then with the headers that sign them."""
    for operation in OPERATIONS:
        reads = [kind for name, kind in operation.function.__annotations__.items() if name != "return"]
        takes_body = any(isinstance(kind, type) and issubclass(kind, Body) for kind in reads)
        assert ("requestBody" in described(operation)) == (takes_body or operation.raw is not None), operation.name

    webhook = WRITTEN["paths"]["/api/v1/webhooks/docusign"]["post"]
    body = webhook["requestBody"]["content"]["application/json"]
    assert (webhook["requestBody"]["required"], body["schema"]["type"]) == (True, "object")
    assert set(body["example"]["data"]) == {"envelope_id", "contract_id", "signed_at"}
    headers = [parameter["name"] for parameter in webhook["parameters"] if parameter.get("in") == "header"]
    assert headers == ["X-DocuSign-Signature-1", "X-DocuSign-Signature-2"]


def test_money_is_a_number_and_an_answer_has_all_its_fields():
    bid = WRITTEN["components"]["schemas"]["Bid"]

    assert bid["properties"]["bid_amount"] == {"type": "number"}
    assert set(bid["required"]) == set(bid["properties"])
