"""Feature flags: what they are called, and for whom they are on."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field, field_validator

from shared.kit.catalog import Role
from shared.kit.fields import Body, Count, Flag, Id, Text, View, refuse

Ids = Annotated[list[Id], Field(max_length=1000)]


class FlagChange(Body):
    """What a flag is to be. Whatever is left out limits nobody."""

    description: Annotated[Text, Field(min_length=1, max_length=1000)]
    """What it switches on."""
    enabled: Flag
    """False: off for everybody."""
    roles: Annotated[list[Role], Field(max_length=len(Role))] | None = None
    """Only for users with one of these roles."""
    organization_ids: Ids | None = None
    """Only for users of one of these organizations."""
    user_ids: Ids | None = None
    """On for these users, whatever else limits it; alone, for nobody else."""
    rollout_percent: Annotated[Count, Field(ge=0, le=100)] | None = None
    """Only for this share of the users whom the rest admits. The same users stay in it while it grows."""

    @field_validator("roles", "organization_ids", "user_ids")
    @classmethod
    def _each_once(cls, named: list[Any] | None) -> list[Any] | None:
        if named is not None and len(set(named)) != len(named):
            raise refuse("must not name anything twice")
        return named


class FeatureFlag(View):
    """A feature flag, and for whom it is on."""

    name: str
    description: str
    enabled: bool
    roles: list[Role] | None
    organization_ids: list[UUID] | None
    user_ids: list[UUID] | None
    rollout_percent: int | None
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "name",
        "enabled",
        "roles",
        "organization_ids",
        "user_ids",
        "rollout_percent",
    )


class FeatureFlagList(View):
    """All feature flags."""

    data: list[FeatureFlag]


class FlagsOfCaller(View):
    """Which flags are on for the caller; one that is not named is off."""

    data: dict[str, bool]
