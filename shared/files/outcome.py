"""What a check makes of a file that passes it."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Checked(NamedTuple):
    """What is to be kept of a file that passed."""

    content: bytes
    is_copy: bool
    """Whether the content is what was uploaded, byte for byte."""
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    variants: Mapping[str, bytes] = MappingProxyType({})

    @property
    def sha256(self) -> str:
        """Of the content, in hex."""
        return hashlib.sha256(self.content).hexdigest()
