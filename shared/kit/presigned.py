"""Addresses in S3 that work for anyone who has them, for a while: a form to post one file, a link to read one.

Source: Amazon S3 API Reference, "Browser-Based Uploads Using POST (AWS Signature Version 4)".
"""

import json
import os
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from shared.kit.aws import presign_token, region, scope_of, signature_of


class Form(NamedTuple):
    """Where to post a file, with which fields before it, and until when."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


def presigned_form(
    bucket: str, key: str, content_type: str, size: int, seconds: int, at: datetime | None = None
) -> Form:
    """A form for one file: exactly `size` bytes that are stored under `key` as `content_type`.

    It works for `seconds` from `at` on (by default, now), and as long as this function's credentials do.
    """
    moment = at or datetime.now(UTC)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    expires = (moment + timedelta(seconds=seconds)).replace(microsecond=0)
    fields = {
        "key": key,
        "Content-Type": content_type,
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope_of('s3', stamp)}",
        "x-amz-date": stamp,
    }
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        fields["x-amz-security-token"] = token
    conditions: list[object] = [{name: value} for name, value in fields.items()]
    conditions += [{"bucket": bucket}, ["content-length-range", size, size]]
    policy = {"expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions}
    encoded = b64encode(json.dumps(policy).encode()).decode()
    fields |= {"policy": encoded, "x-amz-signature": signature_of("s3", stamp, encoded)}
    scheme, host, path = _address(bucket)
    return Form(f"{scheme}://{host}{path or '/'}", fields, expires)


def presigned_link(bucket: str, key: str, content_type: str, name: str, seconds: int) -> str:
    """A link to an object for `seconds`, saved as `name` and with this content type, whatever S3 has stored."""
    scheme, host, path = _address(bucket)
    told = {"response-content-type": content_type, "response-content-disposition": disposition(name)}
    signed = presign_token(
        "s3", host, f"{path}/{quote(key, safe='/~')}", told, seconds=seconds, payload="UNSIGNED-PAYLOAD"
    )
    return f"{scheme}://{signed}"


def disposition(name: str) -> str:
    """A `Content-Disposition` that saves the content as `name`, whatever that contains (RFC 6266)."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _address(bucket: str) -> tuple[str, str, str]:
    """Scheme, host and path of a bucket."""
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        parts = urlsplit(endpoint)
        return parts.scheme, parts.netloc, f"/{bucket}"
    return "https", f"{bucket}.s3.{region()}.amazonaws.com", ""
