"""docs/errors.md lists every refusal there is, and what to do about it."""

import re

import pytest

from shared.kit import catalog
from shared.kit.errors import Refusal
from shared.kit.reply import Defect
from tools.describe import error_codes
from tools.describe.openapi import refusals_of

OPERATIONS = catalog.of_kind(catalog.HttpOperation, catalog.load())
WRITTEN = error_codes.DOCUMENT.read_text(encoding="utf-8")
ROWS = {
    (int(status), code): rest
    for status, code, rest in re.findall(r"^\| (\d{3}) \| `([A-Z_]+)` \| (.*) \|$", WRITTEN, re.MULTILINE)
}


def test_the_list_of_errors_is_current():
    assert error_codes.document(catalog.load()) == WRITTEN, "run `make openapi`"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_refusal_of_an_operation_is_listed(operation):
    for kind in refusals_of(operation):
        message, names, remedy = ROWS[kind.status, kind.code].split(" | ")
        assert kind.message in message.split(" / ")
        assert f"`{operation.name}`" in names or names == "many operations"
        assert error_codes.remedy_of(kind) in remedy


def test_every_kind_of_refusal_has_a_remedy():
    ahead: list[type[Refusal]] = [Refusal]
    while ahead:
        ahead += ahead.pop().__subclasses__()
        assert all(len(error_codes.remedy_of(kind)) > 10 for kind in ahead)


def test_the_list_of_errors_has_the_gateways_own_responses():
    gateway = WRITTEN.partition("## Responses from API Gateway")[2]

    for status in ("401", "413", "429", "500", "503"):
        assert f"| {status}" in gateway
    assert Defect.message in ROWS[500, "INTERNAL_ERROR"]
