"""Places on the earth, as query parameters name them."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from shared.kit.fields import refuse

_DEGREES = r"-?[0-9]{1,3}(\.[0-9]{1,10})?"
_PLACE = re.compile(f"({_DEGREES}),({_DEGREES})", re.ASCII)


def _place(value: Any) -> tuple[Decimal, Decimal]:
    found = _PLACE.fullmatch(str(value))
    if not found:
        raise refuse("must be latitude and longitude in degrees, such as 52.52,13.405", "WRONG_FORMAT")
    latitude, longitude = Decimal(found[1]), Decimal(found[3])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise refuse("must be between -90,-180 and 90,180")
    return latitude, longitude


AskedPlace = Annotated[
    tuple[Decimal, Decimal],
    BeforeValidator(_place),
    WithJsonSchema({"type": "string", "pattern": f"^{_DEGREES},{_DEGREES}$", "examples": ["52.52,13.405"]}),
]
