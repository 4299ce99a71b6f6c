"""Our own code as functions get it: on AWS one archive per word, on the local platform the sources themselves."""

from collections.abc import Callable
from pathlib import Path

from aws_cdk import IgnoreMode
from aws_cdk import aws_lambda as lambda_

ROOT = Path(__file__).parents[2]

# Whatever is not named is excluded. In GIT mode the last match wins, and a folder that is excluded as a whole is
# never searched: hence one line for each level down to docs/*.json.
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
    """The word's archive; without archives, the source tree itself, so that a change to a function is live at once.

    Each stack needs its own object.
    """
    if archives:
        return lambda_.Code.from_asset(str(archives(word)))
    return lambda_.Code.from_asset(str(ROOT), exclude=EXCLUDE, ignore_mode=IgnoreMode.GIT)
