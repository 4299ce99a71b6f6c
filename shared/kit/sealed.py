"""What an event must carry and nobody may read on the way: sealed and opened with the platform's key."""

from base64 import b64decode, b64encode

from shared.kit.aws import call
from shared.kit.settings import resource


def seal(text: str) -> str:
    """`text` (at most 4,096 bytes) encrypted, as base64."""
    plain = b64encode(text.encode()).decode()
    answer = call("kms", "TrentService.Encrypt", {"KeyId": resource("token_key"), "Plaintext": plain})
    return str(answer["CiphertextBlob"])


def unseal(sealed: str) -> str:
    """What `seal` was given."""
    answer = call("kms", "TrentService.Decrypt", {"CiphertextBlob": sealed, "KeyId": resource("token_key")})
    return b64decode(answer["Plaintext"]).decode()
