"""How buildings, floors and spaces are described alike; apart from their models, so that none imports another's."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.kit.fields import Label, Shown, refuse


def _searchable(value: str) -> str:
    if "," in value:
        raise refuse("must not contain a comma: searches separate amenities with commas")
    return value


UsageType = Literal["OFFICE", "CANTEEN", "RESTROOM", "STORAGE", "CORRIDOR", "JANITOR", "OTHER"]
Availability = Literal["AVAILABLE", "OCCUPIED", "MAINTENANCE", "RESERVED"]
LARGEST_AREA = Decimal("99999999.99")
Amenity = Annotated[Label, Field(max_length=100), AfterValidator(_searchable), Shown({"not": {"pattern": ","}})]
Amenities = Annotated[list[Amenity], Field(max_length=100)]
"""Labels as `parking`, shown in the order given."""
