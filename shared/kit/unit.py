"""One unit of work: run an operation's story, commit what it completed, retry where that is safe.

A story that raises inside its transaction's block changes nothing. If a refusal is raised after the block,
what the block completed is committed all the same (a failed login is counted, then refused).
"""

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg

from shared.kit import db
from shared.kit.cache import end_answers
from shared.kit.catalog import Operation
from shared.kit.connection import disconnect
from shared.kit.errors import Refusal, Unavailable
from shared.kit.outbox import nudge_relay
from shared.kit.valkey import ValkeyDown

T = TypeVar("T")

_ATTEMPTS = 3
_GAVE_UP = (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable)


class CommitUnknown(Unavailable):
    """The connection was lost while committing: the same request under the same key is safe."""


def perform(operation: Operation, story: Callable[[], T], before_commit: Callable[[db.Tx, T], None] | None = None) -> T:
    """The story's answer, after its commit. `before_commit` adds statements to the same transaction.

    After a serialization failure or a deadlock the story runs again (at most three times in all); if the connection
    was found dead before COMMIT, once more on a new one. Raises the story's refusals, Unavailable.
    """
    for attempt in range(_ATTEMPTS):
        try:
            return _once(story, before_commit)
        except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
            if attempt + 1 == _ATTEMPTS:
                break
            time.sleep(0.01 * 2**attempt)
        except psycopg.IntegrityError as error:
            refusal = db.refusal_of(error, operation.raises)
            if refusal is None:
                raise
            raise refusal from None
        except _GAVE_UP as error:
            raise Unavailable(message="The database is too busy.", retry_after=1) from error
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            disconnect()
            if attempt:
                raise Unavailable(message="The database does not answer.", retry_after=1) from error
    raise Unavailable(message="The database is too busy.", retry_after=1)


def _once(story: Callable[[], T], before_commit: Callable[[db.Tx, T], None] | None) -> T:
    try:
        answer = story()
    except Refusal:
        _commit(db.pending())
        raise
    except BaseException:
        _undo(db.pending())
        raise
    tx = db.pending()
    if tx and before_commit:
        try:
            before_commit(tx, answer)
        except BaseException:
            _undo(tx)
            raise
    _commit(tx)
    return answer


def _commit(tx: db.Tx | None) -> None:
    if tx is None:
        return
    try:
        tx.commit()
    except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected, *_GAVE_UP):
        tx.rollback()
        raise
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        disconnect()
        raise CommitUnknown(message="The database does not answer.", retry_after=1) from error
    except BaseException:
        tx.rollback()
        raise
    if tx.changed:
        try:
            end_answers(tx.changed)
        except ValkeyDown:
            pass  # the events invalidate them
        nudge_relay()


def _undo(tx: db.Tx | None) -> None:
    if tx:
        tx.rollback()
