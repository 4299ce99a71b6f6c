"""What an operation sends to the database, recorded from its own execution, to be sent again without it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from shared.kit import db

Step = tuple[str, Any]


class Tape:
    """The statements in their order, and where their sender waited for answers."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.new_ids: list[UUID] = []

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Write down what goes through psycopg meanwhile."""
        execute, fetchall = psycopg.Connection.execute, psycopg.Cursor.fetchall
        enter, leave = psycopg.Pipeline.__enter__, psycopg.Pipeline.__exit__
        cursors: list[Any] = []

        def on_execute(connection: Any, sql: Any, values: Any = None, **more: Any) -> Any:
            cursor = execute(connection, sql, values, **more)
            cursors.append(cursor)
            self.steps.append(("execute", (sql, values)))
            return cursor

        def on_fetchall(cursor: Any) -> Any:
            self.steps.append(("fetchall", next(number for number, each in enumerate(cursors) if each is cursor)))
            return fetchall(cursor)

        def on_enter(entered: Any) -> Any:
            self.steps.append(("enter", None))
            return enter(entered)

        def on_leave(left: Any, *problem: Any) -> Any:
            self.steps.append(("leave", None))
            return leave(left, *problem)

        def on_new_id() -> UUID:
            self.new_ids.append(made := new_id())
            return made

        new_id = db.new_id
        with (
            patch.object(psycopg.Connection, "execute", on_execute),
            patch.object(psycopg.Cursor, "fetchall", on_fetchall),
            patch.object(psycopg.Pipeline, "__enter__", on_enter),
            patch.object(psycopg.Pipeline, "__exit__", on_leave),
            _everywhere("new_id", on_new_id),
        ):
            yield

    def again(self, instead: Callable[[UUID], UUID]) -> list[Step]:
        """The same steps with other ids: `instead` of each id in them."""
        return [(kind, _with(what, instead)) if kind == "execute" else (kind, what) for kind, what in self.steps]


def play(connection: psycopg.Connection[Any], steps: list[Step]) -> list[Any]:
    """Send the statements as they were sent, and take the rows as they were taken."""
    cursors: list[Any] = []
    rows: list[Any] = []
    pipelines: list[Any] = []
    for kind, what in steps:
        if kind == "execute":
            cursors.append(connection.execute(what[0], what[1]))
        elif kind == "fetchall":
            rows.append(cursors[what].fetchall())
        elif kind == "enter":
            pipelines.append(connection.pipeline())
            pipelines[-1].__enter__()
        else:
            pipelines.pop().__exit__(None, None, None)
    return rows


def _with(value: Any, instead: Callable[[UUID], UUID]) -> Any:
    if isinstance(value, UUID):
        return instead(value)
    if isinstance(value, tuple | list):
        return type(value)(_with(each, instead) for each in value)
    if isinstance(value, dict):
        return {name: _with(each, instead) for name, each in value.items()}
    if isinstance(value, Jsonb):
        return Jsonb(_with(value.obj, instead))
    return value


@contextmanager
def _everywhere(name: str, function: Any) -> Iterator[None]:
    """`from … import name` leaves a copy in each module."""
    holders = [module for path, module in sys.modules.items() if path.startswith("shared.") and hasattr(module, name)]
    before = {holder: getattr(holder, name) for holder in holders}
    for holder in holders:
        setattr(holder, name, function)
    try:
        yield
    finally:
        for holder, kept in before.items():
            setattr(holder, name, kept)
