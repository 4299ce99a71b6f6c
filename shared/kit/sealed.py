"""Secrets that an event carries: encrypted and decrypted with the platform's key, unreadable in between."""

from base64 import b64decode, b64encode

from shared.kit.aws import call
from shared.kit.settings import resource


def seal(text: str) -> str:
    """`text` (at most 4,096 bytes) encrypted, as base64."""
    plain = b64encode(text.encode()).decode()
    answer = call("kms", "TrentService.Encrypt", {"KeyId": resource("token_key"), "Plaintext": plain})
    return str(answer["CiphertextBlob"])


def unseal(sealed: str) -> str:
    """The text that was given to `seal`."""
    answer = call("kms", "TrentService.Decrypt", {"CiphertextBlob": sealed, "KeyId": resource("token_key")})
    return b64decode(answer["Plaintext"]).decode()
