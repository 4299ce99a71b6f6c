"""The shapes of favorite spaces."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.kit.fields import View
from shared.kit.paging import PageMeta
from shared.spaces.models import FoundSpace


class Favorite(View):
    """A user's mark on a space that they like."""

    space_id: UUID
    user_id: UUID
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("space_id", "user_id")


class FavoriteSpace(FoundSpace):
    """A favorite space, and since when it has been one."""

    favorite_since: datetime


class FavoriteList(View):
    """A page of favorites."""

    data: list[FavoriteSpace]
    meta: PageMeta
