"""The answers of health checks."""

from datetime import datetime
from typing import Literal

from shared.kit.fields import View

Condition = Literal["healthy", "unhealthy"]


class Services(View):
    database: Condition
    redis: Condition
    storage: Condition


class Health(View):
    """`degraded`: slower and without rate limits, but every request is answered."""

    status: Literal["healthy", "degraded", "unhealthy"]
    timestamp: datetime
    services: Services


class Needed(View):
    database: Condition
    redis: Condition


class Readiness(View):
    status: Literal["ready", "not_ready"]
    timestamp: datetime
    services: Needed


class Liveness(View):
    status: Literal["alive"]
    timestamp: datetime
