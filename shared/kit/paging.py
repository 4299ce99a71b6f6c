"""Keyset pages: opaque, signed cursors that hold the sort key of the last row.

A cursor is bound to its operation, filters and sort; it does not expire. While rows are inserted, none is
shown twice or skipped, because the next page begins after a key, not after a count.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import Field

from shared.kit import wire
from shared.kit.errors import Detail, Invalid
from shared.kit.fields import AskedCount, Query, View
from shared.kit.keys import derived_key
from shared.kit.request import current

_MAC = 16

END: dict[str, Any] = {"cursor": None, "has_more": False}
"""The `meta` of the last page."""


class Paged(Query):
    """What every list takes: `limit` (1 to 100) and the `cursor` of the page before."""

    limit: Annotated[AskedCount, Field(ge=1, le=100)] = 20
    """How many entries a page has at most."""
    cursor: Annotated[str, Field(max_length=1000)] | None = None
    """The `meta.cursor` of the page before, with the same filters and sort. Without it, the first page."""

    def key_before(self, *kinds: Callable[[str], Any]) -> tuple[Any, ...]:
        """The sort key that this page begins after, one value per kind; all None for the first page.

        Raises Invalid on `cursor` if it is not one of ours, or belongs to another list, filter or sort.
        """
        if self.cursor is None:
            return (None,) * len(kinds)
        try:
            sealed = urlsafe_b64decode(self.cursor.encode() + b"=" * (-len(self.cursor) % 4))
        except ValueError:
            raise _refused() from None
        # base64 accepts several spellings of the same bytes and skips unknown characters: only our spelling is valid.
        if _spelled(sealed) != self.cursor:
            raise _refused()
        mac, text = sealed[:_MAC], sealed[_MAC:]
        if not hmac.compare_digest(mac, self._mac(text)):
            raise _refused()
        values = wire.load(text)
        return tuple(kind(value) for kind, value in zip(kinds, values, strict=True))

    def page(self, rows: Sequence[dict[str, Any]], *key: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Of `limit + 1` rows: the page's rows and its `meta`. `key` names the columns of the sort key."""
        shown = list(rows[: self.limit])
        if len(rows) <= self.limit:
            return shown, END
        return shown, self.more_after(*(shown[-1][name] for name in key))

    def more_after(self, *values: Any) -> dict[str, Any]:
        """The `meta` of a page whose last row has this sort key."""
        text = wire.render([str(value) for value in values]).encode()
        return {"cursor": _spelled(self._mac(text) + text), "has_more": True}

    def _mac(self, text: bytes) -> bytes:
        filters = self.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
        scope = wire.render([current().operation.name, sorted((name, str(value)) for name, value in filters.items())])
        return hmac.digest(derived_key("cursors"), scope.encode() + b"\n" + text, hashlib.sha256)[:_MAC]


def _spelled(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def _refused() -> Invalid:
    return Invalid(Detail("cursor", "is not a valid cursor for this list and these filters"))


class PageMeta(View):
    """Where the next page starts."""

    cursor: str | None
    """Send it as `cursor` for the next page; null on the last page."""
    has_more: bool
    """Whether there is a next page."""
