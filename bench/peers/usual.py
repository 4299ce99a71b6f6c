"""The usual stack of a Lambda API: Powertools' resolver with validation, SQLAlchemy's ORM, boto3, PyJWT, redis-py."""

import os
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import boto3
import jwt
import redis
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, UnauthorizedError
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, create_engine, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

logger = Logger(service="usual")
metrics = Metrics(namespace="usual", service="usual")
app = APIGatewayHttpResolver(enable_validation=True)
queue = boto3.client("sqs")
limits = redis.Redis(os.environ["VALKEY_HOST"], int(os.environ["VALKEY_PORT"]))
engine = create_engine(
    f"postgresql+psycopg://app_reader@{os.environ['DATABASE_HOST']}:{os.environ['DATABASE_PORT']}"
    f"/{os.environ['DATABASE_NAME']}"
)


class Base(DeclarativeBase):
    """The tables read."""


class Building(Base):
    __tablename__ = "buildings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[dict[str, Any]] = mapped_column(JSONB)
    timezone: Mapped[str]


class Floor(Base):
    __tablename__ = "floors"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    building_id: Mapped[UUID] = mapped_column(ForeignKey("buildings.id"))
    floor_number: Mapped[int]
    building: Mapped[Building] = relationship()


class Space(Base):
    __tablename__ = "spaces"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    floor_id: Mapped[UUID] = mapped_column(ForeignKey("floors.id"))
    name: Mapped[str]
    gross_sqft: Mapped[Decimal]
    usable_sqft: Mapped[Decimal]
    usage_type: Mapped[str]
    is_leasable: Mapped[bool]
    base_price_monthly: Mapped[Decimal | None]
    currency: Mapped[str]
    availability_status: Mapped[str]
    amenities: Mapped[list[str]] = mapped_column(JSONB)
    images: Mapped[list[str]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    floor: Mapped[Floor] = relationship()


class BuildingView(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    name: str
    address: dict[str, Any]
    timezone: str


class FloorView(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    floor_number: int
    building: BuildingView


class SpaceView(BaseModel):
    model_config = ConfigDict(from_attributes=True)
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
    floor: FloorView
    created_at: datetime
    updated_at: datetime


class SpaceDetail(SpaceView):
    similar_spaces: list[SpaceView]


@app.get("/api/v1/spaces/<space_id>")
def get_space(space_id: UUID) -> SpaceDetail:
    """A space with the available ones of the same use that are next in size."""
    if token := app.current_event.headers.get("authorization"):
        try:
            jwt.decode(token.removeprefix("Bearer "), os.environ["PUBLIC_KEY"], algorithms=["RS256"])
        except jwt.InvalidTokenError as error:
            raise UnauthorizedError("The token is not valid.") from error
    with limits.pipeline() as counting:
        counting.incr(key := f"general:{app.current_event.request_context.http.source_ip}").expire(key, 60)
        counting.execute()
    whole = joinedload(Space.floor).joinedload(Floor.building)
    with Session(engine) as session:
        session.execute(text("SELECT app.set_ctx(NULL, NULL, 'ANONYMOUS')"))
        space = session.get(Space, space_id, options=[whole])
        if space is None or space.deleted_at is not None:
            raise NotFoundError("There is no such space.")
        similar = (
            select(Space)
            .options(whole)
            .where(Space.usage_type == space.usage_type, Space.currency == space.currency, Space.id != space.id)
            .where(Space.availability_status == "AVAILABLE", Space.is_leasable, Space.deleted_at.is_(None))
            .order_by(func.abs(Space.gross_sqft - space.gross_sqft))
            .limit(5)
        )
        spaces = [SpaceView.model_validate(found) for found in session.scalars(similar)]
        shown = SpaceView.model_validate(space)
    return SpaceDetail(**shown.model_dump(), similar_spaces=spaces)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The Lambda handler."""
    answer = app.resolve(event, context)  # type: ignore[arg-type]
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    logger.info("get_space")
    metrics.flush_metrics()
    return answer
