"""Cached answers: Valkey keeps the answers of endpoints that are declared `cached`, for a limited time.

An answer is kept per operation, request, role and organization (and per user if its `ended_by` says so), under the
generations of everything that invalidates it. A generation is a random word. A change deletes the words of what it
changed, after COMMIT and before it answers, so that nothing kept under them is ever read again. A reader takes the
words before it queries the database, so an answer that a change has overtaken is stored where nobody finds it.

If the process dies between COMMIT and the deletion, or cannot reach Valkey, the event takes over:
`end_cached` deletes the words again (docs/decisions/0014).
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import Any

from shared.kit import metrics
from shared.kit.catalog import STAFF, Cached, HttpOperation
from shared.kit.request import Caller
from shared.kit.valkey import Command, ValkeyDown, pipeline

_EVERYTHING = "everything"
_LIFE = 86_400
_LARGEST = 262_144


class Place:
    """Where the answer to one request is kept."""

    def __init__(self, cached: Cached, key: str, generations: tuple[str, ...]) -> None:
        self._cached = cached
        self._key = key
        self._generations = generations
        self._words: bytes | None = None

    def read(self) -> tuple[str, str] | None:
        """The cached answer's ETag and JSON, or None; counted as a hit or a miss."""
        found = self._read()
        metrics.count("CacheHits", 1 if found else 0, pattern=self._cached.pattern)
        metrics.count("CacheReads", pattern=self._cached.pattern)
        return found

    def _read(self) -> tuple[str, str] | None:
        try:
            kept, *words = pipeline(("GET", self._key), *_get(self._generations))
            if None in words:
                kept, words = None, self._begin()
        except ValkeyDown:
            return None
        if not all(isinstance(word, bytes) for word in words):
            return None
        self._words = b".".join(words)
        if not isinstance(kept, bytes):
            return None
        under, _, answer = kept.partition(b"\n")
        if under != self._words:
            return None
        etag, _, text = answer.decode().partition("\n")
        return etag, text

    def write(self, etag: str, text: str) -> None:
        """Keep an answer that was computed after `read`."""
        if self._words is None or len(text) > _LARGEST:
            return
        value = b"\n".join((self._words, etag.encode(), text.encode()))
        try:
            pipeline(("SET", self._key, value, "EX", self._cached.seconds))
        except ValkeyDown:
            return

    def _begin(self) -> list[Any]:
        """The generations' words; missing ones are created."""
        sets: list[Command] = [("SET", name, os.urandom(9).hex(), "NX", "EX", _LIFE) for name in self._generations]
        return pipeline(*sets, *_get(self._generations))[len(sets) :]


def place_of(operation: HttpOperation, caller: Caller | None, path: str, query: Mapping[str, str]) -> Place | None:
    """Where the answer to this request is kept; None if it is not cached."""
    cached = operation.cached
    if cached is None or (caller and caller.role in STAFF):
        return None
    seer = f"{caller.role.value}:{caller.organization_id}" if caller else "ANONYMOUS"
    ended_by = cached.ended_by
    if caller and any("{user_id}" in name for name in ended_by):
        seer = f"{seer}:{caller.user_id}"
        ended_by = tuple(name.format(user_id=caller.user_id) for name in ended_by)
    request = "\n".join((operation.name, path, *(f"{name}={query[name]}" for name in sorted(query))))
    key = f"{cached.pattern}:{seer}:{hashlib.sha256(request.encode()).hexdigest()}"
    return Place(cached, key, tuple(_generation(name) for name in (_EVERYTHING, *ended_by)))


def names_of(event: str, object_id: object, data: Mapping[str, Any]) -> tuple[str, ...]:
    """The names under which an event invalidates answers: its own and its noun, each also with the id of the object and
    of its user (of a deal: the client)."""
    names = (event, event.partition(".")[0])
    ids = (object_id, data.get("user_id", data.get("client_id")))
    return (*names, *(f"{name}:{id}" for id in ids if id for name in names))


def end_answers(names: Iterable[str]) -> None:
    """Invalidate every cached answer that depends on one of `names`. Raises ValkeyDown."""
    pipeline(*(("DEL", _generation(name)) for name in names))


def end_everything() -> None:
    """Invalidate every cached answer, after a restore or a bulk load that bypassed the platform. Raises ValkeyDown."""
    end_answers((_EVERYTHING,))


def _generation(name: str) -> str:
    return f"generation:{name}"


def _get(names: tuple[str, ...]) -> list[Command]:
    return [("GET", name) for name in names]
