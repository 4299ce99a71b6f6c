"""Whether our dependencies respond, each checked once and within seconds."""

import psycopg

from shared.kit import aws, db, valkey
from shared.kit.connection import disconnect
from shared.kit.errors import Unavailable
from shared.kit.settings import resource
from shared.system.models import Condition


def database() -> Condition:
    """PostgreSQL, on a new connection if the kept one has died."""
    for _ in range(2):
        try:
            with db.reading(None) as tx:
                tx.one("SELECT 1")
            return "healthy"
        except psycopg.Error:
            disconnect()
        except Unavailable:
            break
    return "unhealthy"


def redis() -> Condition:
    """Valkey."""
    try:
        valkey.command("PING")
    except valkey.ValkeyDown:
        return "unhealthy"
    return "healthy"


def storage() -> Condition:
    """The documents bucket. Needs `uses=("documents.check",)`."""
    return "healthy" if aws.bucket_answers(resource("documents")) else "unhealthy"
