"""Several HTTP APIs behind one address.

On AWS, CloudFront routes by path; the local templates do not contain CloudFront. Here a request goes to the API with
the most literal route for its path, or to the first API if none has a route for it.
"""

from collections.abc import Sequence

from local.cloud.asgi import Receive, Scope, Send
from local.cloud.edge.http_api import HttpApi


class Domain:
    """The ASGI application of all HTTP APIs together."""

    def __init__(self, apis: Sequence[HttpApi]) -> None:
        self.apis = apis

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have one request answered."""
        path = scope["raw_path"].decode("latin-1")
        await min(self.apis, key=lambda api: api.table.nearness(path)).serve(scope, receive, send)
