"""What events and messages carry unreadably: encrypted and decrypted with the platform's key."""

import zlib
from base64 import b64decode, b64encode
from typing import Any

from shared.kit import wire
from shared.kit.aws import call
from shared.kit.settings import resource

_PIECE = 4096
"""Bytes that KMS encrypts at once."""


def seal(text: str) -> str:
    """`text` (at most 4,096 bytes) encrypted, as base64."""
    plain = b64encode(text.encode()).decode()
    answer = call("kms", "TrentService.Encrypt", {"KeyId": resource("token_key"), "Plaintext": plain})
    return str(answer["CiphertextBlob"])


def unseal(sealed: str) -> str:
    """The text that was given to `seal`."""
    answer = call("kms", "TrentService.Decrypt", {"CiphertextBlob": sealed, "KeyId": resource("token_key")})
    return b64decode(answer["Plaintext"]).decode()


def pack(value: Any) -> list[str]:
    """Whatever JSON holds, compressed and encrypted in as many pieces as it takes."""
    packed = b64encode(zlib.compress(wire.render(value).encode())).decode()
    return [seal(packed[start : start + _PIECE]) for start in range(0, len(packed), _PIECE)]


def unpack(pieces: list[str]) -> Any:
    """What was given to `pack`, as it is read from JSON."""
    return wire.load(zlib.decompress(b64decode("".join(unseal(piece) for piece in pieces))))
