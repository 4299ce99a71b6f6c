"""Retrieve the AsyncAPI document.

Describes the WebSocket API.
"""

from pathlib import Path
from typing import Any

from shared.kit import wire
from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint

# `make openapi` writes the document from the catalog.

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"


@endpoint("GET /asyncapi.json", root=True, access=ANYONE, rate=None)
def show_asyncapi() -> dict[str, Any]:
    description: dict[str, Any] = wire.load(DOCUMENT.read_bytes())
    return description
