"""The answers of health checks."""

from datetime import datetime
from typing import Literal

from shared.kit.fields import View

Condition = Literal["healthy", "unhealthy"]
HealthStatus = Literal["healthy", "degraded", "unhealthy"]
ReadinessStatus = Literal["ready", "not_ready"]


class Services(View):
    """The condition of each service."""

    database: Condition
    redis: Condition
    storage: Condition


class Health(View):
    """The condition of the platform and of its services.

    `degraded`: slower and without rate limits, but every request is answered.
    """

    status: HealthStatus
    timestamp: datetime
    services: Services


class Needed(View):
    """The condition of the services that no request can do without."""

    database: Condition
    redis: Condition


class Readiness(View):
    """Whether the platform can answer requests."""

    status: ReadinessStatus
    timestamp: datetime
    services: Needed


class Liveness(View):
    """Functions run."""

    status: Literal["alive"]
    timestamp: datetime
