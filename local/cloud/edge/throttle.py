"""API Gateway's token buckets: a rate per second, and a burst."""

import time
from collections.abc import Mapping
from typing import Any


class Bucket:
    """Admits `rate` requests a second and up to `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = rate
        self.burst = max(burst, 1.0)
        self.tokens = self.burst
        self.filled = time.monotonic()

    def take(self) -> bool:
        """Whether one more may pass now."""
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Throttles:
    """The throttles of a stage: each route has a bucket of its own, by its own settings or the default's."""

    def __init__(self, stage: Mapping[str, Any], scale: float) -> None:
        self.default = stage.get("DefaultRouteSettings", {})
        self.routes = stage.get("RouteSettings", {})
        self.scale = scale
        self._buckets: dict[str, Bucket | None] = {}

    def take(self, route_key: str) -> bool:
        """Whether one more request of the route may pass now."""
        if route_key not in self._buckets:
            settings = {**self.default, **self.routes.get(route_key, {})}
            rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
            if rate is None or burst is None:
                self._buckets[route_key] = None
            else:
                self._buckets[route_key] = Bucket(float(rate) * self.scale, float(burst) * self.scale)
        bucket = self._buckets[route_key]
        return bucket is None or bucket.take()
