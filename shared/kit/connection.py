"""The environment's one connection to PostgreSQL, made at first use, and logged in as the operation's database role."""

import os
import threading
from typing import Any

import psycopg
from psycopg.rows import dict_row

from shared.kit.aws import presign_token
from shared.kit.catalog import DATABASE_USERS
from shared.kit.errors import Unavailable
from shared.kit.request import current
from shared.kit.settings import NotDeclared, setting

Connection = psycopg.Connection[dict[str, Any]]

_state = threading.local()


def connection() -> Connection:
    """This environment's connection, made at first use. Raises Unavailable if the database cannot be reached."""
    kept = connections()
    user = _user()
    if user not in kept or kept[user].closed:
        try:
            kept[user] = _connect(user)
        except psycopg.OperationalError as error:
            raise Unavailable(message="The database does not answer.", retry_after=1) from error
    return kept[user]


def disconnect() -> None:
    """Close the connection; the next query opens a new one."""
    kept = connections().pop(_user(), None)
    if kept is not None:
        kept.close()


def connections() -> dict[str, Connection]:
    """This thread's connections by role: Lambda has one, the tests run all operations in one process."""
    return _state.__dict__.setdefault("connections", {})  # type: ignore[no-any-return]


def _user() -> str:
    operation = current().operation
    if operation.database is None:
        raise NotDeclared(f"{operation.name} must declare its database role")
    return DATABASE_USERS[operation.database]


def _connect(user: str) -> Connection:
    host, port = setting("DATABASE_HOST"), setting("DATABASE_PORT")
    return psycopg.connect(
        host=host,
        port=port,
        user=user,
        dbname=setting("DATABASE_NAME"),
        password=_iam_token(host, port, user),
        sslmode=setting("DATABASE_SSLMODE"),
        sslrootcert=os.environ.get("DATABASE_SSLROOTCERT"),
        application_name=current().operation.name,
        connect_timeout=3,
        autocommit=True,
        prepare_threshold=None,
        row_factory=dict_row,
    )


def _iam_token(host: str, port: str, user: str) -> str:
    return presign_token("rds-db", f"{host}:{port}", "/", {"Action": "connect", "DBUser": user})
