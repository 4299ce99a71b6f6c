"""Check readiness for requests.

Tells a load balancer whether to send requests: only if both the database and Redis respond.
"""

from datetime import UTC, datetime

from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.system import probes
from shared.system.models import Needed, Readiness


@endpoint("GET /ready", root=True, access=ANYONE, rate=None)
def check_readiness() -> Reply[Readiness]:
    services = Needed(database=probes.database(), redis=probes.redis())
    now = datetime.now(UTC)
    if "unhealthy" in (services.database, services.redis):
        return Reply(Readiness(status="not_ready", timestamp=now, services=services), status=503)
    return Reply(Readiness(status="ready", timestamp=now, services=services))
