"""Rate limits: an exact sliding window per caller and category, counted in Valkey.

If Valkey does not answer, requests are let through, except for login, which then counts in PostgreSQL. Categories of
`PER_EMAIL` are always counted in PostgreSQL, by the operations themselves (shared/auth/queries.py): only they know the
address. So are attempts at a second factor, which somebody with the password could otherwise make from many addresses.
"""

import os
import threading
import time
from dataclasses import dataclass

from shared.kit.errors import RateLimited
from shared.kit.valkey import ValkeyDown, command

LIMITS = {
    "auth": (5, 60),
    "password_reset": (3, 3600),
    "bidding": (10, 60),
    "search": (20, 60),
    "general": (100, 60),
    "upload": (10, 60),
    "second_factor": (30, 3600),
    "phone_code": (5, 3600),
    "invitation": (20, 3600),
    "admin": (1000, 60),
}
"""Category → requests, seconds. "auth" and anonymous callers count per IP, everybody else per user."""

PER_EMAIL = frozenset({"password_reset"})
"""Categories that count per e-mail address."""

_WINDOW = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local window = tonumber(ARGV[2]) * 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - window)
local used = redis.call('ZCARD', KEYS[1])
local allowed = used < tonumber(ARGV[1])
if allowed then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], window / 1000)
  used = used + 1
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local free = math.ceil((oldest[2] + window - now) / 1000000)
return {allowed and 1 or 0, tonumber(ARGV[1]) - used, free}
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Where the caller stands in its category's window."""

    limit: int
    remaining: int
    reset: int
    is_counted: bool = True
    """False if Valkey was down, so that the count is unknown."""

    def headers(self) -> dict[str, str]:
        """`X-RateLimit-*`; `Reset` is the Unix time at which the next request becomes free."""
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
        }


def allowance(category: str) -> tuple[int, int]:
    """How many requests the category allows here, and in how many seconds."""
    limit, seconds = LIMITS[category]
    return round(limit * float(os.environ.get("RATE_LIMIT_SCALE", "1"))), seconds


def count(category: str, subject: str) -> Window:
    """Count one request of `subject` in `category`. Raises RateLimited with `retry_after` in seconds."""
    limit, seconds = allowance(category)
    now = int(time.time())
    try:
        member = f"{time.time_ns()}.{os.getpid()}.{threading.get_ident()}"
        answer = command("EVAL", _WINDOW, 1, f"rate:{category}:{subject}", limit, seconds, member)
    except ValkeyDown:
        return Window(limit, limit, now + seconds, is_counted=False)
    allowed, remaining, free = (int(number) for number in answer)
    window = Window(limit, remaining, now + free)
    if not allowed:
        raise RateLimited(retry_after=max(free, 1), headers=window.headers())
    return window
