"""Check that functions run.

Depends on no other component.
"""

from datetime import UTC, datetime

from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.system.models import Liveness


@endpoint("GET /live", root=True, access=ANYONE, rate=None)
def check_liveness() -> Liveness:
    return Liveness(status="alive", timestamp=datetime.now(UTC))
