"""Retrieve the OpenAPI document.

Describes the HTTP API.
"""

from pathlib import Path
from typing import Any

from shared.kit import wire
from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint

# `make openapi` writes the document from the catalog.

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


@endpoint("GET /openapi.json", root=True, access=ANYONE, rate=None)
def show_openapi() -> dict[str, Any]:
    description: dict[str, Any] = wire.load(DOCUMENT.read_bytes())
    return description
