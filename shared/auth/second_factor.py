"""The second factor: six digits from an app that shares a secret with us, or one of ten recovery codes.

Source: RFC 6238 (TOTP: SHA-1, six digits, steps of 30 seconds), RFC 4226, the key URI format of Google Authenticator.
"""

import hashlib
import hmac
import io
import secrets
from base64 import b32encode, b64encode

import pyotp

ISSUER = "Leasing platform"
_STEP = 30
_RECOVERY_CODES = 10
_RECOVERY_BYTES = 15
"""120 bits: too many to try, so a plain SHA-256 is enough to store."""


def new_secret() -> str:
    """160 random bits in base32, as apps expect them."""
    return pyotp.random_base32()


def address_of(secret: str, email: str) -> str:
    """The `otpauth://` URI that adds the account to an app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture_of(address: str) -> str:
    """The QR code of a URI: a PNG in base64."""
    import segno

    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=6, border=4)
    return b64encode(out.getvalue()).decode()


def step_of(secret: str, code: str, now: float, last: int | None) -> int | None:
    """The 30-second step of the code: the current one or its neighbors, later than `last`; None for a wrong code."""
    app = pyotp.TOTP(secret)
    for step in (int(now) // _STEP + drift for drift in (0, -1, 1)):
        if step > (last or 0) and hmac.compare_digest(app.generate_otp(step), code):
            return step
    return None


def new_recovery_codes() -> list[str]:
    """Ten recovery codes, as `ABCD-EFGH-IJKL-MNOP-QRST-UVWX`."""
    return [_spelled(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(_RECOVERY_CODES)]


def recovery_hash(code: str) -> str:
    """The hash of a recovery code, however it was typed, as the database stores it."""
    return hashlib.sha256("".join(sign for sign in code.upper() if sign.isalnum()).encode()).hexdigest()


def _spelled(raw: bytes) -> str:
    text = b32encode(raw).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
