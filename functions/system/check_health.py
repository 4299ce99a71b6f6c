"""Check the platform's health.

Reports which of the platform's components respond. Without Redis, everything still works, only without caching and
rate limits; the status is then `degraded`, with HTTP 200.
"""

from datetime import UTC, datetime

from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.system import probes
from shared.system.models import Health, Services


@endpoint("GET /health", root=True, access=ANYONE, rate=None, uses=("documents.check",))
def check_health() -> Reply[Health]:
    services = Services(database=probes.database(), redis=probes.redis(), storage=probes.storage())
    now = datetime.now(UTC)
    if "unhealthy" in (services.database, services.storage):
        return Reply(Health(status="unhealthy", timestamp=now, services=services), status=503)
    if services.redis == "unhealthy":
        return Reply(Health(status="degraded", timestamp=now, services=services))
    return Reply(Health(status="healthy", timestamp=now, services=services))
