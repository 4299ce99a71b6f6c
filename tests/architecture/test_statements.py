"""Every statement prepares against the migrated schema, under the role that runs it: a typo cannot ship."""

import importlib
import pkgutil
import re

import psycopg
import pytest

import shared

_VERBS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_MARKS = re.compile(r"%\((\w+)\)s")


PIECES = {
    "shared.exports.imported._STEPS",
    "shared.payments.books._ACCOUNTS",
    "shared.payments.books._JOURNAL",
    "shared.payments.days._SELECTED",
    "shared.reports.money.LEASES",
    "shared.reports.maintenance.PLACES",
    "shared.reports.maintenance._TICKETS",
    "shared.reports.money.PLACES",
    "shared.reports.money._OPEN",
    "shared.reports.queries.LEASES",
    "shared.reports.queries.PLACES",
    "shared.spaces.queries._THIS",
}
"""Constants that look like a statement and are only a part of one."""


def statements():
    for module in pkgutil.walk_packages(shared.__path__, prefix="shared."):
        if ".schema" in module.name or module.ispkg:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if f"{module.name}.{name}" in PIECES:
                continue
            if name.isupper() and isinstance(value, str) and _VERBS.match(value):
                yield pytest.param(value, id=f"{module.name}.{name}")


@pytest.mark.parametrize("statement", list(statements()))
def test_every_sql_statement_prepares_against_the_schema(statement, database):
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    text = _MARKS.sub(number, statement).replace("%%", "%")
    with psycopg.connect(database) as connection:
        try:
            connection.execute(f"PREPARE checked AS {text}")  # type: ignore[arg-type]
        except psycopg.errors.SyntaxError as error:
            pytest.fail(f"{error}\n{text}")
