"""What the cloud has to be told of the application that it runs. This is all: it imports nothing of the application."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Database:
    """The application's database, and how it comes by its schema."""

    name: str
    owner: str
    """The master user, as the templates have it."""
    schema: Path
    """The folder that says what the schema is: what it has made of a database is kept until a file there changes."""
    upgrade: Sequence[str]
    """The command that brings the database at DATABASE_URL to the schema."""


@dataclass(frozen=True)
class Inputs:
    """What the templates are made from: patterns of files, below the checkout."""

    whole: Sequence[str]
    """Every byte of these counts."""
    declared: Sequence[str]
    """Python, of which all but the bodies of functions counts."""


@dataclass(frozen=True)
class Hooks:
    """What one application answers."""

    database: Database
    inputs: Inputs
    sources: Sequence[str]
    """The folders beside a handler whose changes the next request shall see."""
    next_day: Callable[[str], str]
    """Moves the business clock of the database at that URL on by a day; returns the day that it is then."""
    resume: tuple[str, bytes]
    """The function, by the end of its name, that starts again what was under way when the platform stopped; its event.
    Executions of the state machine live in memory only."""
    gives_way: str
    """The user agent of whoever lets people go first: its requests are not counted as theirs."""
