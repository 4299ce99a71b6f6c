"""Everything that the cloud needs to know about the application that it runs; it imports nothing of the application."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Database:
    """The application's database, and how its schema is created."""

    name: str
    owner: str
    """The master user, as the templates have it."""
    schema: Path
    """The folder that defines the schema: a migrated database is cached until a file there changes."""
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
    """What one application provides."""

    database: Database
    inputs: Inputs
    sources: Sequence[str]
    """The folders, besides the handler's own, whose changes the next request must see."""
    next_day: Callable[[str], str]
    """Advances the business clock of the database at that URL by a day; returns the new day."""
    resume: tuple[str, bytes]
    """The function, by the end of its name, that starts again what was under way when the platform stopped; its event.
    Executions of the state machine live in memory only."""
    gives_way: str
    """The user agent of the client that gives way to people: its requests are not counted as theirs."""
