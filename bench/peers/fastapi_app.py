"""The same three requests as one FastAPI application would serve them: SQLAlchemy's ORM on psycopg, PyJWT.

It checks input and answers by pydantic models, verifies the token and looks its session up, sets the caller for
row-level security, and writes a bid with its version, its audit row, its outbox row and its idempotency key in one
transaction. It counts the rate limit by the same script in the same Redis, answers with the same headers, and writes a
line of JSON for each request. It keeps no answers.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field
from redis.asyncio import Redis
from sqlalchemy import Select, and_, create_engine, event, func, select, text
from sqlalchemy.orm import DeclarativeBase, Session, joinedload, relationship, sessionmaker

from shared.kit import limits
from shared.kit.reply import SECURITY_HEADERS
from shared.schema.metadata import metadata
from shared.spaces.queries import _SELECT_SIMILAR

AUDIENCE, ISSUER = "leasing-api", os.environ["PUBLIC_URL"]
PUBLIC_KEY = os.environ["JWT_PUBLIC_KEY"]
ANONYMOUS = {"user_id": None, "organization_id": None, "role": "ANONYMOUS"}
CONTEXT = text("SELECT app.set_ctx(CAST(:user_id AS uuid), CAST(:organization_id AS uuid), :role)")


def _engine(user: str) -> Any:
    place = f"{os.environ['DATABASE_HOST']}:{os.environ['DATABASE_PORT']}/{os.environ['DATABASE_NAME']}"
    return create_engine(f"postgresql+psycopg://{user}@{place}", pool_size=5)


valkey = Redis(host=os.environ["VALKEY_HOST"], port=int(os.environ["VALKEY_PORT"]), username=os.environ["VALKEY_USER"])
window = valkey.register_script(limits._WINDOW)
log = logging.getLogger("theirs")
log.setLevel(logging.INFO)
log.addHandler(logging.StreamHandler())


async def _edge(request: Request, response: Response) -> AsyncIterator[None]:
    """The effects of every request: asynchronous, because each synchronous dependency takes a thread."""
    started = time.monotonic()
    correlation_id = request.headers.get("x-correlation-id") or uuid4().hex
    limit, seconds = limits.allowance("general")
    subject = f"rate:theirs:{request.client.host if request.client else None}"
    allowed, remaining, free = await window(keys=[subject], args=[limit, seconds, time.time_ns()])
    if not allowed:
        raise HTTPException(429, "There were too many requests.")
    told = {"limit": limit, "remaining": remaining, "reset": int(time.time()) + free}
    response.headers.update({f"x-ratelimit-{name}": str(value) for name, value in told.items()})
    response.headers.update(SECURITY_HEADERS | {"x-correlation-id": correlation_id})
    yield
    took = round((time.monotonic() - started) * 1000, 1)
    about = {"correlation_id": correlation_id, "endpoint": request.url.path, "method": request.method}
    log.info(json.dumps({"level": "INFO", "message": "done", **about, "duration_ms": took}))


app = FastAPI(dependencies=[Depends(_edge)])
sessions = sessionmaker(_engine("app_user"), expire_on_commit=False)
authenticator = _engine("app_auth")


@event.listens_for(Session, "after_begin")
def _set_context(session: Session, transaction: Any, connection: Any) -> None:
    connection.execute(CONTEXT, session.info or ANONYMOUS)


class Base(DeclarativeBase):
    """The platform's own tables."""

    metadata = metadata
    # No RETURNING: row-level security shows nobody the audit row that was just written.
    __mapper_args__: ClassVar = {"eager_defaults": False}


def _named(name: str) -> Any:
    return metadata.tables[name]


class Building(Base):
    __table__ = _named("buildings")


class Floor(Base):
    __table__ = _named("floors")
    building = relationship(
        Building, primaryjoin=lambda: Floor.building_id == Building.id, foreign_keys=lambda: [Floor.building_id]
    )


class Space(Base):
    __table__ = _named("spaces")
    floor = relationship(Floor, primaryjoin=lambda: Space.floor_id == Floor.id, foreign_keys=lambda: [Space.floor_id])


class Bid(Base):
    __table__ = _named("bids")


class BidVersion(Base):
    __table__ = _named("bid_versions")


class Outbox(Base):
    __table__ = _named("outbox")


class AuditLog(Base):
    __table__ = _named("audit_logs")


class IdempotencyKey(Base):
    __table__ = _named("idempotency_keys")


USERS, ORGANIZATIONS = _named("users"), _named("organizations")


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class BuildingView(View):
    id: UUID
    name: str
    address: dict[str, Any]


class PlaceView(BuildingView):
    latitude: Decimal | None
    longitude: Decimal | None
    timezone: str


class FloorView(View):
    id: UUID
    floor_number: int
    building: BuildingView


class FoundSpace(View):
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


class SimilarSpace(FoundSpace):
    similarity: Decimal


class SpaceDetail(FoundSpace):
    building: PlaceView
    similar_spaces: list[SimilarSpace]
    ai_recommendation_score: Decimal
    score_factors: dict[str, Decimal]


class Meta(View):
    cursor: str | None
    has_more: bool
    total: int
    total_is_estimate: bool


class SpaceList(View):
    data: list[FoundSpace]
    meta: Meta


class SpaceSearch(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limit: int = Field(20, ge=1, le=100)
    building_id: UUID | None = None
    floor_id: UUID | None = None
    min_sqft: Decimal | None = None
    max_sqft: Decimal | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    availability_status: Literal["AVAILABLE", "OCCUPIED", "MAINTENANCE", "RESERVED"] | None = None
    sort: Literal["price_asc", "price_desc"] = "price_asc"


class Offer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    space_id: UUID
    bid_amount: Decimal = Field(gt=0, max_digits=12, decimal_places=2)
    start_date: date | None = None
    term_months: int = Field(12, ge=1, le=600)
    valid_until: date | None = None
    notes: str | None = Field(None, max_length=2000)


class BidView(View):
    id: UUID
    space_id: UUID
    premises: dict[str, Any]
    client_id: UUID
    client_party: dict[str, Any]
    owner_id: UUID
    client_organization_id: UUID
    owner_organization_id: UUID
    bid_amount: Decimal
    counter_offer_amount: Decimal | None
    currency: str
    contract_type: str
    start_date: date
    term_months: int | None
    valid_until: date | None
    status: str
    version: int
    notes: str | None
    decision_reason: str | None
    created_at: datetime
    updated_at: datetime


class Caller(BaseModel):
    user_id: UUID
    organization_id: UUID
    role: str
    session_id: UUID


def _public() -> Iterator[Session]:
    with sessions() as session:
        yield session


def _caller(authorization: Annotated[str, Header()]) -> Caller:
    try:
        claims = jwt.decode(
            authorization.removeprefix("Bearer "),
            PUBLIC_KEY,
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "jti", "sid"]},
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "The token is not valid.") from error
    with authenticator.connect() as connection:
        row = (
            connection.execute(text("SELECT * FROM app.session_caller(:id)"), {"id": claims["sid"]}).mappings().first()
        )
    if row is None or str(row["user_id"]) != claims["sub"]:
        raise HTTPException(401, "The session has ended.")
    return Caller(**row)


def _session(caller: Annotated[Caller, Depends(_caller)]) -> Iterator[Session]:
    info = {"user_id": caller.user_id, "organization_id": caller.organization_id, "role": caller.role}
    with sessions(info=info) as session:
        yield session


Public = Annotated[Session, Depends(_public)]
WHOLE = joinedload(Space.floor).joinedload(Floor.building)
SIMILAR = text(_SELECT_SIMILAR.replace("::", " :: ").replace("%(", ":").replace(")s", ""))


@app.get("/api/v1/spaces/{space_id}")
def get_space(space_id: UUID, session: Public, response: Response) -> SpaceDetail:
    space = session.scalars(
        select(Space).options(WHOLE).where(Space.id == space_id, Space.deleted_at.is_(None), Space.is_leasable)
    ).one_or_none()
    if space is None:
        raise HTTPException(404, "There is no such space.")
    similar = [dict(row) for row in session.execute(SIMILAR, _reach(space_id)).mappings()]
    factors = {
        name: sum((row[column] for row in similar), Decimal(0)) / max(len(similar), 1)
        for name, column in (
            ("area", "same_area"),
            ("price_per_sqft", "same_price"),
            ("floor", "same_floor"),
            ("distance", "same_place"),
            ("amenities", "same_amenities"),
        )
    }
    shown = SpaceDetail(
        **FoundSpace.model_validate(space).model_dump(),
        building=PlaceView.model_validate(space.floor.building),
        similar_spaces=[SimilarSpace.model_validate(row) for row in similar],
        ai_recommendation_score=sum((row["similarity"] for row in similar), Decimal(0)) / max(len(similar), 1),
        score_factors=factors,
    )
    response.headers["etag"] = f'"{hashlib.sha256(shown.model_dump_json().encode()).hexdigest()[:32]}"'
    return shown


def _reach(space_id: UUID) -> dict[str, Any]:
    return {"space_id": space_id, "own_organization_id": None, "sees_all": False}


@app.get("/api/v1/spaces")
def search_spaces(asked: Annotated[SpaceSearch, Query()], session: Public) -> SpaceList:
    found = _filtered(asked)
    price = Space.price_minor.asc() if asked.sort == "price_asc" else Space.price_minor.desc()
    page = session.scalars(found.options(WHOLE).order_by(price, Space.id).limit(asked.limit + 1)).all()
    counted = select(func.count()).select_from(found.with_only_columns(Space.id).limit(1001).subquery())
    total = session.scalars(counted).one()
    meta = Meta(cursor=None, has_more=len(page) > asked.limit, total=total, total_is_estimate=False)
    return SpaceList(data=[FoundSpace.model_validate(each) for each in page[: asked.limit]], meta=meta)


def _filtered(asked: SpaceSearch) -> Select[Any]:
    found = select(Space).where(and_(Space.deleted_at.is_(None), Space.is_leasable))
    if asked.building_id is not None:
        found = found.where(Space.building_id == asked.building_id)
    if asked.floor_id is not None:
        found = found.where(Space.floor_id == asked.floor_id)
    if asked.min_sqft is not None:
        found = found.where(Space.gross_sqft_hundredths >= int(asked.min_sqft * 100))
    if asked.max_sqft is not None:
        found = found.where(Space.gross_sqft_hundredths <= int(asked.max_sqft * 100))
    if asked.min_price is not None:
        found = found.where(Space.price_minor >= int(asked.min_price * 100))
    if asked.max_price is not None:
        found = found.where(Space.price_minor <= int(asked.max_price * 100))
    if asked.availability_status is not None:
        found = found.where(Space.availability_status == asked.availability_status)
    return found


@app.post("/api/v1/bids", status_code=201, response_model=BidView)
def place_bid(
    offer: Offer,
    request: Request,
    caller: Annotated[Caller, Depends(_caller)],
    session: Annotated[Session, Depends(_session)],
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Any:
    if caller.role not in ("CLIENT", "BROKER"):
        raise HTTPException(403, "Your role does not allow this.")
    asked = hashlib.sha256(offer.model_dump_json().encode()).hexdigest()
    if idempotency_key is not None:
        lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended(f"{caller.user_id} {idempotency_key}", 0)))
        if not session.scalars(lock).one():
            raise HTTPException(409, "The same request is being worked on.")
        if earlier := session.get(IdempotencyKey, (caller.user_id, idempotency_key)):
            if earlier.request_hash != asked:
                raise HTTPException(422, "The key was used for another request.")
            return Response(earlier.body, earlier.status, media_type="application/json")
    session.execute(select(func.app.lock_space(offer.space_id)))
    space = session.scalars(
        select(Space).options(WHOLE).where(Space.id == offer.space_id, Space.deleted_at.is_(None), Space.is_leasable)
    ).one_or_none()
    if space is None:
        raise HTTPException(404, "There is no such space.")
    if space.availability_status != "AVAILABLE":
        raise HTTPException(409, "The space is not available.")
    today = session.scalars(select(func.app.today(space.floor.building.timezone))).one()
    if offer.start_date and offer.start_date < today:
        raise HTTPException(422, "The lease cannot start in the past.")
    bid = _new_bid(session, caller, offer, space, today)
    session.add(bid)
    session.flush()
    session.refresh(bid)
    shown = jsonable_encoder(BidView.model_validate(bid))
    session.add_all(_accounts(caller, bid, shown, request))
    if idempotency_key is not None:
        session.add(
            IdempotencyKey(
                user_id=caller.user_id,
                key=idempotency_key,
                operation="place_bid",
                request_hash=asked,
                status=201,
                body=json.dumps(shown),
            )
        )
    session.commit()
    return shown


def _new_bid(session: Session, caller: Caller, offer: Offer, space: Any, today: date) -> Any:
    client = session.execute(
        select(USERS.c.name, USERS.c.email, ORGANIZATIONS.c.name.label("organization"), ORGANIZATIONS.c.legal_name)
        .join(ORGANIZATIONS, ORGANIZATIONS.c.id == USERS.c.organization_id)
        .where(USERS.c.id == caller.user_id)
    ).one()
    building = space.floor.building
    return Bid(
        id=uuid4(),
        space_id=space.id,
        building_id=space.building_id,
        owner_id=building.owner_id,
        owner_organization_id=space.owner_organization_id,
        client_id=caller.user_id,
        client_organization_id=caller.organization_id,
        bid_amount=offer.bid_amount,
        currency=space.currency,
        start_date=offer.start_date or (today.replace(day=28) + (date(1, 1, 5) - date(1, 1, 1))).replace(day=1),
        term_months=offer.term_months,
        valid_until=offer.valid_until,
        notes=offer.notes,
        client_party={"user_id": str(caller.user_id), "name": client.name, "email": client.email}
        | {"organization_id": str(caller.organization_id), "legal_name": client.legal_name or client.organization},
        premises={"id": str(space.id), "name": space.name, "floor_number": space.floor.floor_number}
        | {"building": {"id": str(building.id), "name": building.name}},
        created_by=caller.user_id,
        updated_by=caller.user_id,
    )


def _accounts(caller: Caller, bid: Any, shown: dict[str, Any], request: Request) -> list[Any]:
    told = {name: shown[name] for name in ("status", "space_id", "client_id", "owner_id", "bid_amount", "version")}
    return [
        BidVersion(
            id=uuid4(),
            bid_id=bid.id,
            owner_organization_id=bid.owner_organization_id,
            client_organization_id=bid.client_organization_id,
            version=bid.version,
            side="CLIENT",
            author_id=caller.user_id,
            amount=bid.bid_amount,
            currency=bid.currency,
            contract_type=bid.contract_type,
            start_date=bid.start_date,
            term_months=bid.term_months,
            terms=bid.terms,
            valid_until=bid.valid_until,
            notes=bid.notes,
        ),
        Outbox(
            id=uuid4(),
            name="bid.placed",
            object_type="bid",
            object_id=bid.id,
            payload=told,
            correlation_id=uuid4().hex,
            actor=caller.user_id,
            organization_id=caller.organization_id,
        ),
        AuditLog(
            id=uuid4(),
            user_id=caller.user_id,
            organization_id=caller.organization_id,
            action="bid.placed",
            operation="place_bid",
            resource_type="bid",
            resource_id=bid.id,
            ip_address=request.client.host if request.client else None,
            user_agent=request.headers.get("user-agent"),
            after=told,
            response_status=201,
        ),
    ]
