"""What an operation's import may cost: a cold start is the first impression, so nothing comes along for the ride."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kit import catalog
from tests.architecture.reach import Source

ROOT = Path(__file__).parents[2]

LEAN = ("aws_lambda_powertools", "hiredis", "psycopg", "pydantic")
"""The lean floor: what every operation stands on."""

LAYERS = {
    "tokens": {"jwt", "cryptography", "bcrypt", "email_validator"},
    # fpdf2 takes cryptography along where it is installed; its layer does not hold it.
    "documents": {"fpdf", "PIL", "cryptography", "bcrypt"},
    "uploads": {"PIL", "pypdf"},
    "sheets": {"xlsxwriter"},
    # asyncssh takes bcrypt along where it is installed.
    "sftp": {"asyncssh", "cryptography", "bcrypt"},
    "webhooks": {"standardwebhooks"},
    "phones": {"phonenumbers"},
    # Twilio's library takes requests along, which its layer holds, and what those take.
    "twilio": {"twilio", "requests"},
    # Alembic takes MarkupSafe along, with Mako.
    "schema": {"sqlalchemy", "alembic", "markupsafe"},
    # pyHanko takes cryptography along, which its layer holds, and bcrypt where it is installed.
    "sealing": {"pyhanko", "pyhanko_certvalidator", "asn1crypto", "cryptography", "bcrypt", "requests"},
    "mail": {"jinja2", "markupsafe"},
    "numbers": {"stdnum"},
    # boto3 takes dateutil along, which the runtime has, and only there.
    "recurrence": set(),
    "codes": {"pyotp", "segno"},
    "places": {"tzfpy"},
    # cryptography takes bcrypt along where it is installed; the layer does not hold it.
    "oauth": {"authlib", "requests", "joserfc", "cryptography", "bcrypt"},
}
NEVER_IN_A_REQUEST = {
    "boto3",
    "botocore",
    "sqlalchemy",
    "jwt",
    "redis",
    "fpdf",
    "aws_xray_sdk",
    "bcrypt",
    "requests",
    "PIL",
    "pypdf",
}
PROJECT_MODULES = 81
"""Project modules that an endpoint may import, the kit's included. Offers and leases are calculated before they are
stored: the engine is nine small modules of them, and the preview of an early end has that of credit, taxes and late
charges too.
What that costs is measured (`make bench`, row 1)."""

# Imports each operation in a fork of a process that has the lean floor, without any environment.
PROBE = """
import importlib, json, os, sys
for name in {lean}: importlib.import_module(name)
import pydantic.main, psycopg.rows, psycopg.types.json, aws_lambda_powertools.logging.formatter
before = set(sys.modules)
answers = {{}}
for module in json.load(sys.stdin):
    read, write = os.pipe()
    if os.fork() == 0:
        try:
            importlib.import_module(module)
            found = sorted(set(sys.modules) - before)
        except BaseException as error:
            found = ["ERROR " + repr(error)]
        os.write(write, json.dumps(found).encode()); os._exit(0)
    os.close(write)
    data = b""
    while chunk := os.read(read, 65536): data += chunk
    os.close(read); os.wait()
    answers[module] = json.loads(data)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def source():
    return Source()


@pytest.fixture(scope="module")
def imports():
    modules = [operation.module for operation in catalog.load()]
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(lean=LEAN)],
        input=json.dumps(modules),
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
        check=True,
    )
    return json.loads(done.stdout)


def tops(names):
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("operation", catalog.load(), ids=lambda operation: operation.name)
def test_an_operation_imports_only_what_its_layers_hold(operation, imports):
    found = imports[operation.module]
    assert not found or not found[0].startswith("ERROR"), found
    heavy = tops(found) & {name for names in LAYERS.values() for name in names}
    allowed = {name for layer in operation.layers for name in LAYERS.get(layer, set())}
    assert heavy <= allowed


@pytest.mark.parametrize("operation", catalog.load(), ids=lambda operation: operation.name)
def test_an_operations_late_imports_are_in_its_layers_too(operation, source):
    """On one machine every package is there: that one is missing shows on Lambda, at the first call."""
    heavy = source.packages_of(operation.module, operation.name) & {name for held in LAYERS.values() for name in held}
    held = {name for layer in operation.layers for name in LAYERS.get(layer, set())}
    assert heavy - held == set()


@pytest.mark.parametrize(
    "operation", [o for o in catalog.load() if o.kind in ("endpoint", "socket")], ids=lambda operation: operation.name
)
def test_an_operation_imports_no_heavy_package(operation, imports):
    found = imports[operation.module]
    verifies_tokens = operation.word == "auth" or (operation.kind == "socket" and "tokens" in operation.layers)
    if not verifies_tokens:
        assert not tops(found) & NEVER_IN_A_REQUEST
    assert len([name for name in found if name.startswith(("shared.", "functions."))]) <= PROJECT_MODULES
