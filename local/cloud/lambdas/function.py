"""A function of the templates, and the result of invoking it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Function:
    """What the template says about a function, ready to run."""

    name: str
    arn: str
    handler: str
    root: Path
    environment: Mapping[str, str]
    timeout: float
    memory: int
    role: str
    reserved: int | None = None
    retries: int = 2


@dataclass(frozen=True)
class Result:
    """The result of an invocation: its payload, and whether that is an error."""

    payload: bytes
    failed: bool = False


class Throttled(Exception):
    """The function's reserved concurrency is used up."""


class UnknownFunction(Exception):
    """No template has a function of that name."""
