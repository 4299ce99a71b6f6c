"""The lean floor of a cold start: Powertools' Logger and Metrics, one pydantic model, psycopg, one query."""

import os
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from psycopg.rows import dict_row
from pydantic import BaseModel

logger = Logger(service="lean")
metrics = Metrics(namespace="lean", service="lean")
connections: list[psycopg.Connection[Any]] = []


class Space(BaseModel):
    """What is answered."""

    id: UUID
    name: str
    gross_sqft: Decimal
    usable_sqft: Decimal
    usage_type: str
    is_leasable: bool
    base_price_monthly: Decimal | None
    currency: str
    availability_status: str
    amenities: list[str]
    images: list[str]
    created_at: datetime
    updated_at: datetime


SELECT = """
SELECT s.id, s.name, s.gross_sqft, s.usable_sqft, s.usage_type, s.is_leasable, s.base_price_monthly, s.currency,
       s.availability_status, s.amenities, s.images, s.created_at, s.updated_at
FROM spaces s
WHERE s.id = %(id)s AND s.deleted_at IS NULL
"""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """GET /spaces/{space_id}"""
    if not connections:
        connections.append(
            psycopg.connect(
                host=os.environ["DATABASE_HOST"],
                port=os.environ["DATABASE_PORT"],
                dbname=os.environ["DATABASE_NAME"],
                user="app_reader",
                sslmode=os.environ["DATABASE_SSLMODE"],
                autocommit=True,
                row_factory=dict_row,
            )
        )
    [connection] = connections
    with connection.pipeline():
        connection.execute("SELECT app.set_ctx(NULL, NULL, 'ANONYMOUS')")
        row = connection.execute(SELECT, {"id": event["pathParameters"]["space_id"]}).fetchone()
    body = Space.model_validate(row).model_dump_json()
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    logger.info("get_space 200")
    metrics.flush_metrics()
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": body}
