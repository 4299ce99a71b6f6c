"""Everything as it was at one moment, however long the reading takes: for what is too much for one answer.

One transaction, REPEATABLE READ and read-only, as a caller; rows come a few at a time, so memory stays the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from psycopg.rows import tuple_row

from shared.kit.connection import connection, disconnect
from shared.kit.db import Reading, Values
from shared.kit.request import Caller

_BLOCK = 500
"""Rows that are handed on together."""

_PATIENCE = """
SELECT set_config('statement_timeout', %(patience)s, true),
       set_config('idle_in_transaction_session_timeout', %(patience)s, true)
"""


class Snapshot(Reading):
    """As Reading, all of it of one moment, and in portions."""

    def blocks(self, sql: str, values: Values, form: str = "") -> Iterator[tuple[int, bytes]]:
        """The rows as PostgreSQL itself writes them, `form` being what COPY calls its options; with each block the
        number of its rows. Raises psycopg.Error."""
        # The statement is made of constants; COPY takes no parameters, so psycopg quotes them.
        written = f"COPY ({sql}) TO STDOUT {form}"
        with self._connection.cursor() as cursor, cursor.copy(written, values) as copy:
            while block := list(islice(copy, _BLOCK)):
                yield len(block), b"".join(block)

    def rows(self, sql: str, values: Values) -> Iterator[tuple[Any, ...]]:
        """The rows as tuples, read by a cursor of the server's."""
        with self._connection.cursor(name="rows", row_factory=tuple_row) as cursor:
            cursor.itersize = _BLOCK
            yield from cursor.execute(sql, values)

    def columns(self, sql: str, values: Values) -> list[tuple[str, str]]:
        """The names and types of the columns that the rows have."""
        found = self._connection.execute(f"SELECT * FROM ({sql}) AS none LIMIT 0", values)  # noqa: S608 (constants)
        return [(column.name, column.type_display) for column in found.description or ()]


@contextmanager
def snapshot(caller: Caller, seconds: int) -> Iterator[Snapshot]:
    """What `caller` may read as it is now, for so many seconds. Raises Unavailable where no database answers."""
    opened = connection()
    try:
        opened.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        opened.execute(_PATIENCE, {"patience": f"{seconds}s"})
        taken = Snapshot(opened, caller)
        taken._set_context()
        yield taken
        opened.execute("ROLLBACK")
    except BaseException:
        # In the middle of a COPY there is nothing else to say.
        disconnect()
        raise
