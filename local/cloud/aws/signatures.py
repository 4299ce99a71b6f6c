"""Whether a request is signed as AWS requires, so that a faulty signer fails here and not only in the cloud.

Source: IAM User Guide, "Create a signed AWS API request" (Signature Version 4).
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from local.cloud.aws.demands import AwsRequest


def is_genuine(request: AwsRequest, secret: str) -> bool:
    """Whether the signature, in the header or in a presigned URL, is the one that `secret` makes."""
    presigned = "X-Amz-Signature" in request.arguments
    if presigned:
        given = request.arguments["X-Amz-Signature"][0]
        names = request.arguments["X-Amz-SignedHeaders"][0]
        stamp = request.arguments["X-Amz-Date"][0]
        if _is_expired(stamp, int(request.arguments["X-Amz-Expires"][0])):
            return False
    else:
        parts = dict(
            part.strip().split("=", 1)
            for part in request.headers.get("authorization", "").partition(" ")[2].split(",")
            if "=" in part
        )
        given, names = parts.get("Signature", ""), parts.get("SignedHeaders", "")
        stamp = request.headers.get("x-amz-date", "")
    content = request.headers.get("x-amz-content-sha256")
    digest = hashlib.sha256(request.body).hexdigest()
    if content is not None and len(content) == 64 and content != digest:
        return False
    payload = "UNSIGNED-PAYLOAD" if presigned else content or digest
    return hmac.compare_digest(given, _signature(request, secret, names, stamp, payload))


def _signature(request: AwsRequest, secret: str, names: str, stamp: str, payload: str) -> str:
    # Every service except S3 encodes the already encoded path once more.
    path = request.path if request.service == "s3" else quote(request.path, safe="/-_.~")
    fields = [f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in names.split(";")]
    canonical = "\n".join([request.method, path, _query(request.query), *fields, "", names, payload])
    scope = "/".join(request.credential[1:])
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    return signed_text(secret, request.credential[1:], text)


def signed_text(secret: str, scope: Sequence[str], text: str) -> str:
    """The signature of `text` with the key that the secret makes for the scope: day, region, service, its end."""
    key = f"AWS4{secret}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def _query(query: str) -> str:
    pairs = [
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    ]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _is_expired(stamp: str, seconds: int) -> bool:
    made = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return datetime.now(UTC) > made + timedelta(seconds=seconds)
