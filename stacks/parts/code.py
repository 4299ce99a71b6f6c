"""Our own code as functions get it: on AWS one archive for each word, on one machine the sources themselves."""

from collections.abc import Callable
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


def code_of(word: str, archives: Callable[[str], Path] | None) -> lambda_.Code:
    """The word's archive; without archives everything as it is written, so that a change of a function is live at once.

    Each stack needs an object of its own for it.
    """
    if archives:
        return lambda_.Code.from_asset(str(archives(word)))
    return lambda_.Code.from_asset(str(ROOT), exclude=EXCLUDE, ignore_mode=IgnoreMode.GIT)
