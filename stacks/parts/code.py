"""Our own code as Lambda gets it: one archive for all functions, so that it is uploaded once."""

from pathlib import Path

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).parents[2]

# What is not named stays out. In GIT mode the last match wins, and a folder that is shut out as a whole
# is never looked into: hence one line for each step down to docs/*.json.
EXCLUDE = [
    "/*",
    "!/functions",
    "!/shared",
    "!/docs",
    "/docs/*",
    "!/docs/openapi.json",
    "!/docs/asyncapi.json",
    "/functions/leasing/*.asl.json",
    "__pycache__",
    "*.pyc",
]


def functions_code() -> lambda_.Code:
    """The archive; each stack needs an object of its own for it."""
    return lambda_.Code.from_asset(str(ROOT), exclude=EXCLUDE, ignore_mode=IgnoreMode.GIT)
