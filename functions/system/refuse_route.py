"""Refuse an unknown route.

Returns 404 for an unknown path, or 405 with the allowed methods if the path exists.
"""

import json
import re
from functools import cache
from pathlib import Path

from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.errors import MethodNotAllowed, NotFound
from shared.kit.request import Request

_DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


@endpoint("$default", root=True, access=ANYONE, raises=(MethodNotAllowed, NotFound))
def refuse_route(request: Request) -> None:
    for path, methods in _served():
        if path.fullmatch(request.event["rawPath"]):
            raise MethodNotAllowed(headers={"allow": ", ".join(sorted(methods))})
    raise NotFound()


@cache
def _served() -> list[tuple[re.Pattern[str], list[str]]]:
    """Paths and their methods; /bids/preview before /bids/{bid_id}."""
    paths = json.loads(_DOCUMENT.read_text())["paths"]
    return [
        (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), [method.upper() for method in paths[path]])
        for path in sorted(paths, key=lambda path: path.count("{"))
    ]
