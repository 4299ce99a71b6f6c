"""A small cast with defaults that make a happy story: owners, clients, buildings, spaces.

Everything is made of fresh organizations, so tests do not see each other and nothing is cleaned up.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import ExecStatus
from psycopg.rows import dict_row

from shared.kit import aws, cache, connection, valkey
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests import privacy

PASSWORD = "Correct-Horse-7"
# bcrypt of PASSWORD at cost 4: the cast logs in quickly; the cost itself is tested where it matters.
PASSWORD_HASH = "$2b$04$wv8cO5Bx5AftXo.gBp961eUEvFtMRE6SMaX4Ky6YphdwSyJ5lyxWC"

_numbers = count(1)


@dataclass(frozen=True)
class User:
    """Somebody with a live session."""

    id: UUID
    organization_id: UUID
    role: Role
    email: str
    name: str
    session_id: UUID
    email_verified: bool = True

    def authorizer_context(self) -> dict[str, str]:
        return {
            "user_id": str(self.id),
            "organization_id": str(self.organization_id),
            "role": self.role.value,
            "session_id": str(self.session_id),
            "email_verified": "true" if self.email_verified else "false",
        }

    def token(self) -> str:
        """A real access token, signed by KMS."""
        from functions.auth.login import login
        from shared.kit import tokens
        from shared.kit.request import Request, begin

        begin(Request(login.operation, "test"))
        return tokens.issue(
            {
                "userId": str(self.id),
                "email": self.email,
                "role": self.role.value,
                "sub": str(self.id),
                "jti": new_id().hex,
                "org_id": str(self.organization_id),
                "sid": str(self.session_id),
            }
        )


class World:
    """The cast, made directly in the database as its superuser."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self._connection = psycopg.connect(database_url, autocommit=True, row_factory=dict_row)

    def close(self) -> None:
        self._connection.close()

    def sql(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Rows as the superuser sees them: the truth beside every answer."""
        cursor = self._connection.execute(query, values)  # type: ignore[arg-type]
        # Not by its columns: a SELECT without any has rows too.
        has_rows = cursor.pgresult is not None and cursor.pgresult.status == ExecStatus.TUPLES_OK
        if not has_rows and "VALKEY_HOST" in os.environ:
            # What operations change ends the answers kept of it; what tests change behind their back does so here.
            with suppress(valkey.ValkeyDown):
                cache.end_everything()
        return cursor.fetchall() if has_rows else []

    def empty(self) -> None:
        """As the migrations left it: no rows, and the business clock is the world's."""
        tables = self.sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        deletes = " ".join(f"DELETE FROM {table['tablename']};" for table in tables)
        # Foreign keys, and the triggers that keep history from being edited, hold back nobody who is a superuser.
        self.sql(
            f"DO $$ BEGIN SET LOCAL session_replication_role = replica; {deletes}"
            " UPDATE app.clock SET offset_days = 0; END $$"
        )

    def owner(self, **changes: Any) -> User:
        return self.user(Role.OWNER, **changes)

    def client(self, **changes: Any) -> User:
        return self.user(Role.CLIENT, **changes)

    def user(self, role: Role, organization: UUID | None = None, **changes: Any) -> User:
        """A user of `role` in an organization of its own, or in `organization`."""
        number = next(_numbers)
        organization_id = organization or self.organization(f"Organization {number}")
        user = User(
            id=new_id(),
            organization_id=organization_id,
            role=role,
            email=f"{role.lower()}.{new_id().hex[-12:]}@example.com",
            name=f"{role.title().replace('_', ' ')} {privacy.NAME} {number}",
            session_id=new_id(),
        )
        user = replace(user, **changes)
        self.sql(
            """INSERT INTO users (id, organization_id, email, password_hash, name, role, email_verified)
               VALUES (%(id)s, %(organization)s, %(email)s, %(hash)s, %(name)s, %(role)s, %(verified)s)""",
            id=user.id,
            organization=organization_id,
            email=user.email,
            hash=PASSWORD_HASH,
            name=user.name,
            role=role.value,
            verified=user.email_verified,
        )
        self.sql(
            """INSERT INTO sessions (id, user_id, refresh_hash, expires_at)
               VALUES (%(id)s, %(user)s, %(hash)s, now() + interval '1 day')""",
            id=user.session_id,
            user=user.id,
            hash=new_id().hex,
        )
        return user

    def colleague(self, user: User, role: Role | None = None) -> User:
        """Another user of the same organization."""
        return self.user(role or user.role, organization=user.organization_id)

    def organization(self, name: str) -> UUID:
        organization_id = new_id()
        self.sql(
            """INSERT INTO organizations (id, name, legal_name, address, tax_id)
               VALUES (%(id)s, %(name)s, %(legal)s, %(address)s, 'TAX-1')""",
            id=organization_id,
            name=name,
            legal=f"{name} LLC",
            address=json.dumps(ADDRESS),
        )
        return organization_id

    def building(self, owner: User | None = None, *, floors: int = 1, timezone: str = "UTC") -> UUID:
        owner = owner or self.owner()
        building_id = new_id()
        self.sql(
            """INSERT INTO buildings (id, owner_organization_id, owner_id, name, address, timezone, total_floors)
               VALUES (%(id)s, %(org)s, %(owner)s, %(name)s, %(address)s, %(timezone)s, %(floors)s)""",
            id=building_id,
            org=owner.organization_id,
            owner=owner.id,
            name=f"Tower {next(_numbers)}",
            address=json.dumps(ADDRESS),
            timezone=timezone,
            floors=floors,
        )
        for number in range(1, floors + 1):
            self.sql(
                """INSERT INTO floors (id, building_id, owner_organization_id, floor_number)
                   VALUES (%(id)s, %(building)s, %(org)s, %(number)s)""",
                id=new_id(),
                building=building_id,
                org=owner.organization_id,
                number=number,
            )
        return building_id

    def floor(self, building_id: UUID, number: int = 1) -> UUID:
        [row] = self.sql(
            "SELECT id FROM floors WHERE building_id = %(building)s AND floor_number = %(number)s",
            building=building_id,
            number=number,
        )
        return UUID(str(row["id"]))

    def space(
        self,
        owner: User | None = None,
        *,
        building: UUID | None = None,
        status: str = "AVAILABLE",
        price: Decimal | None = Decimal("5000.00"),
        **changes: Any,
    ) -> UUID:
        """An available, leasable office of 1,000 sqft at 5,000 a month."""
        owner = owner or self.owner()
        building = building or self.building(owner, timezone=changes.pop("timezone", "UTC"))
        space_id = new_id()
        values = {
            "id": space_id,
            "floor_id": self.floor(building),
            "building_id": building,
            "owner_organization_id": owner.organization_id,
            "name": f"Suite {next(_numbers)}",
            "gross_sqft": 1000,
            "usable_sqft": 800,
            "usage_type": "OFFICE",
            "is_leasable": True,
            "base_price_monthly": price,
            "currency": "USD",
            "availability_status": status,
            "amenities": json.dumps(["wifi", "parking"]),
            **changes,
        }
        names = ", ".join(values)
        marks = ", ".join(f"%({name})s" for name in values)
        self.sql(f"INSERT INTO spaces ({names}) VALUES ({marks})", **values)
        return space_id

    def events(self, object_id: UUID | str | None = None, actor: User | None = None) -> list[str]:
        """Names of the outbox's events about an object, or by an actor, in order."""
        rows = self.sql(
            """SELECT name FROM outbox
               WHERE (%(object)s::uuid IS NULL OR object_id = %(object)s::uuid)
                 AND (%(actor)s::uuid IS NULL OR actor = %(actor)s::uuid)
               ORDER BY seq""",
            object=object_id,
            actor=actor.id if actor else None,
        )
        return [row["name"] for row in rows]

    def event_details(self, object_id: UUID | str) -> list[dict[str, Any]]:
        """The bus's view of an object's events, in order: what consumers receive as `detail`."""
        rows = self.sql("SELECT * FROM outbox WHERE object_id = %(id)s ORDER BY seq", id=object_id)
        return [
            {
                "id": row["id"],
                "name": row["name"],
                "object_id": row["object_id"],
                "correlation_id": row["correlation_id"],
                "actor": row["actor"],
                "data": row["payload"],
                "occurred_at": row["occurred_at"],
            }
            for row in rows
        ]

    def audits(self, resource_id: UUID | str) -> list[dict[str, Any]]:
        """The audit rows about a resource, in order."""
        return self.sql("SELECT * FROM audit_logs WHERE resource_id = %(id)s ORDER BY id", id=resource_id)

    @contextmanager
    def clock_moved(self, days: int) -> Iterator[None]:
        """The business clock, `days` ahead."""
        self.sql("UPDATE app.clock SET offset_days = offset_days + %(days)s", days=days)
        try:
            yield
        finally:
            self.sql("UPDATE app.clock SET offset_days = offset_days - %(days)s", days=days)


def close_connections() -> None:
    """Close what this thread's operations opened: a test's threads end, a Lambda environment does not."""
    for each in opened():
        each.close()
    connection.connections().clear()
    aws._state.__dict__.pop("connections", None)
    valkey._state.__dict__.pop("socket", None)


def opened() -> list[Any]:
    """The connections that this thread's operations have opened."""
    sockets = [valkey._state.socket] if hasattr(valkey._state, "socket") else []
    return [*connection.connections().values(), *aws._state.__dict__.get("connections", {}).values(), *sockets]


ADDRESS = {
    "street": "123 Main St",
    "city": "New York",
    "state": "NY",
    "country": "USA",
    "postal_code": "10001",
}
