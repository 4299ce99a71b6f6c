"""Migrate the database.

Brings the database to this release's schema, at each deployment, before the API's stage. A second call, or two at
once, find the work done.
"""

import json
from typing import Any

import boto3
from sqlalchemy import URL

from shared.kit.settings import resource, setting
from shared.kit.task import operator
from shared.schema.migrate import upgrade


@operator(uses=("admin_secret.read",), layers=("schema",))
def migrate_schema(event: dict[str, Any]) -> dict[str, str]:
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=resource("admin_secret"))
    admin = json.loads(secret["SecretString"])
    url = URL.create(
        "postgresql+psycopg",
        username=admin["username"],
        password=admin["password"],
        host=setting("DATABASE_HOST"),
        port=int(setting("DATABASE_PORT")),
        database=setting("DATABASE_NAME"),
        query={"sslmode": setting("DATABASE_SSLMODE"), **_root_certificates()},
    )
    upgrade(url)
    return {"status": "migrated"}


def _root_certificates() -> dict[str, str]:
    bundle = setting("DATABASE_SSLROOTCERT", "")
    return {"sslrootcert": bundle} if bundle else {}
