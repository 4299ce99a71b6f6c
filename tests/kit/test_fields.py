"""The field types that every model is made of."""

import sys
from typing import Any, get_origin

from shared.kit import catalog


def test_every_annotated_type_can_be_hashed_as_python_3_11_does() -> None:
    """There `Annotated[…] | None` hashes the metadata: one dict among it, and no module can be imported."""
    catalog.load()

    def can_be_hashed(value: Any) -> bool:
        try:
            return isinstance(hash(value), int)
        except TypeError:
            return False

    types = {
        f"{name}.{key}": value
        for name, module in list(sys.modules.items())
        if name.startswith(("shared.", "functions."))
        for key, value in vars(module).items()
        if hasattr(value, "__metadata__") and get_origin(value) is not None
    }
    assert len(types) > 20
    assert [name for name, value in types.items() if not can_be_hashed(value)] == []
