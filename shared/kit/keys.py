"""Secret keys for our own signatures, derived by KMS and stored nowhere.

`GenerateMac` over a purpose gives the same 32 bytes in every environment; no secret is stored, rotated
by hand or passed in an environment variable.
"""

from base64 import b64decode, b64encode

from shared.kit.aws import call
from shared.kit.settings import resource

_derived: dict[str, bytes] = {}


def derived_key(purpose: str) -> bytes:
    """32 secret bytes for `purpose`. Needs `uses=("derive_key.mac",)`. Raises AwsError, Unavailable."""
    if purpose not in _derived:
        answer = call(
            "kms",
            "TrentService.GenerateMac",
            {
                "KeyId": resource("derive_key"),
                "Message": b64encode(purpose.encode()).decode(),
                "MacAlgorithm": "HMAC_SHA_256",
            },
        )
        _derived[purpose] = b64decode(answer["Mac"])
    return _derived[purpose]
