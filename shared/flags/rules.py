"""Whom a flag is on for."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.kit.errors import Detail, Invalid
from shared.kit.request import Caller

_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,62}", re.ASCII)


def check_name(name: str) -> None:
    """Raises Invalid on `name`."""
    if not _NAME.fullmatch(name):
        raise Invalid(Detail("name", "must be 1 to 63 small letters, digits or . _ - and start with a letter"))


def is_on(flag: Mapping[str, Any] | None, caller: Caller) -> bool:
    """Whether the flag, as its row says, is on for the caller. An unknown one (None) is off."""
    if flag is None or not flag["enabled"]:
        return False
    named = flag["user_ids"]
    if named is not None and caller.user_id in named:
        return True
    limits = (flag["roles"], flag["organization_ids"], flag["rollout_percent"])
    if named is not None and all(limit is None for limit in limits):
        return False
    roles, organization_ids, percent = limits
    return (
        (roles is None or caller.role in roles)
        and (organization_ids is None or caller.organization_id in organization_ids)
        and (percent is None or place_of(flag["name"], caller.user_id) < percent)
    )


def place_of(name: str, user_id: UUID) -> int:
    """The user's place in the rollout of a flag, from 0 to 99: always the same, and another one for each flag."""
    return int.from_bytes(hashlib.sha256(f"{name} {user_id}".encode()).digest()[:8]) % 100
