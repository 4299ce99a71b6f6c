"""A small AWS client for request paths: Signature Version 4 over the standard library.

boto3 adds about 450 ms to a cold start, and a request needs at most one signed call. Consumers and saga
steps, for whose start nobody waits, use boto3. Honours `AWS_ENDPOINT_URL`, as boto3 does.
Source: AWS General Reference, "Create a signed AWS API request".
"""

import hashlib
import hmac
import http.client
import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from shared.kit.errors import Unavailable

_state = threading.local()


class Version(NamedTuple):
    """One version of an S3 object."""

    content: bytes
    id: str


class AwsError(Exception):
    """AWS answered with an error; `code` is its name, `status` the HTTP status."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(f"{status} {code}: {message}")


def call(service: str, target: str, body: Mapping[str, Any], timeout: float = 5.0) -> dict[str, Any]:
    """One operation of an AWS JSON service, as `call("kms", "TrentService.Sign", {...})`.

    Raises AwsError where AWS refuses, Unavailable where it does not answer within `timeout` seconds.
    """
    headers = {
        "content-type": f"application/x-amz-json-{'1.0' if service in ('sqs', 'states') else '1.1'}",
        "x-amz-target": target,
    }
    payload = json.dumps(body).encode()
    status, answer = _send(service, "POST", f"{service}.{region()}.amazonaws.com", "/", headers, payload, timeout)
    document = json.loads(answer or b"{}")
    if status >= 300:
        code = str(document.get("__type", "Unknown")).rpartition("#")[2]
        raise AwsError(status, code, str(document.get("message") or document.get("Message")))
    return document  # type: ignore[no-any-return]


def read_object(bucket: str, key: str, timeout: float = 10.0) -> bytes | None:
    """The bytes of an S3 object, or None where there is none. Raises AwsError, Unavailable."""
    status, answer = _s3("GET", bucket, key, b"", {}, timeout)
    if status == 404:
        return None
    if status >= 300:
        raise AwsError(status, "S3", answer[:200].decode(errors="replace"))
    return answer


def write_object(bucket: str, key: str, content: bytes, content_type: str, timeout: float = 10.0) -> None:
    """Store an S3 object. Raises AwsError, Unavailable."""
    keep_object(bucket, key, content, {"content-type": content_type}, timeout)


def keep_object(bucket: str, key: str, content: bytes, headers: Mapping[str, str], timeout: float = 20.0) -> str:
    """Store an S3 object with these headers; the id of its version. Raises AwsError, Unavailable."""
    status, answer, given = _s3_answer("PUT", bucket, key, content, dict(headers), timeout)
    if status >= 300:
        raise AwsError(status, "S3", answer[:200].decode(errors="replace"))
    return given.get("x-amz-version-id") or "null"


def write_new_object(bucket: str, key: str, content: bytes, content_type: str, timeout: float = 10.0) -> bytes:
    """Store an S3 object where there is none; what is stored there now, which the first of several has written.

    Raises AwsError, Unavailable.
    """
    headers = {"content-type": content_type, "if-none-match": "*"}
    status, answer = _s3("PUT", bucket, key, content, headers, timeout)
    # 409: another one is being written at this moment.
    if status in (409, 412):
        kept = read_object(bucket, key, timeout)
        if kept is None:
            raise Unavailable(message="s3 is writing this object.")
        return kept
    if status >= 300:
        raise AwsError(status, "S3", answer[:200].decode(errors="replace"))
    return content


def delete_object(bucket: str, key: str, timeout: float = 10.0) -> None:
    """Delete an S3 object; one that is not there is no error. Raises AwsError, Unavailable."""
    status, answer = _s3("DELETE", bucket, key, b"", {}, timeout)
    if status >= 300 and status != 404:
        raise AwsError(status, "S3", answer[:200].decode(errors="replace"))


def read_version(
    bucket: str, key: str, version: str | None = None, limit: int | None = None, timeout: float = 20.0
) -> Version | None:
    """One version of an S3 object, the newest by default, or None where there is none.

    With `limit`, no more bytes than that are asked for. Raises AwsError, Unavailable.
    """
    headers = {"range": f"bytes=0-{limit - 1}"} if limit else {}
    query = f"versionId={quote(version, safe='')}" if version else ""
    status, answer, given = _s3_answer("GET", bucket, key, b"", headers, timeout, query)
    if status == 404 or (status == 416 and limit):
        return None
    if status >= 300:
        raise AwsError(status, "S3", answer[:200].decode(errors="replace"))
    return Version(answer, given.get("x-amz-version-id") or "null")


def copy_version(
    source: str, source_key: str, version: str, bucket: str, key: str, headers: Mapping[str, str], timeout: float = 20.0
) -> None:
    """Copy one version of an S3 object, with `headers` in place of its own. Raises AwsError, Unavailable."""
    named = f"/{source}/{quote(source_key, safe='/~')}?versionId={quote(version, safe='')}"
    told = {**headers, "x-amz-copy-source": named, "x-amz-metadata-directive": "REPLACE"}
    status, answer = _s3("PUT", bucket, key, b"", told, timeout)
    # S3 may answer 200 and tell of an error in the body.
    if status >= 300 or b"<Error>" in answer[:500]:
        raise AwsError(status, "S3", answer[:200].decode(errors="replace"))


def bucket_answers(bucket: str, timeout: float = 2.0) -> bool:
    """Whether the bucket can be reached and listed (at most one key)."""
    try:
        status, _ = _s3("GET", bucket, "", b"", {}, timeout, query="list-type=2&max-keys=1")
    except Unavailable:
        return False
    return status == 200


def _s3(
    method: str, bucket: str, key: str, body: bytes, headers: dict[str, str], timeout: float, query: str = ""
) -> tuple[int, bytes]:
    return _s3_answer(method, bucket, key, body, headers, timeout, query)[:2]


def _s3_answer(
    method: str, bucket: str, key: str, body: bytes, headers: dict[str, str], timeout: float, query: str = ""
) -> tuple[int, bytes, http.client.HTTPMessage]:
    path = quote(f"/{key}", safe="/~")
    host = f"{bucket}.s3.{region()}.amazonaws.com"
    if "AWS_ENDPOINT_URL" in os.environ:
        path = f"/{bucket}{path}"
    return _answered("s3", method, host, path, headers, body, timeout, query)


def region() -> str:
    """The region that the functions run in."""
    return os.environ.get("AWS_REGION", "us-east-1")


def _send(
    service: str,
    method: str,
    host: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    timeout: float,
) -> tuple[int, bytes]:
    return _answered(service, method, host, path, headers, body, timeout)[:2]


def _answered(
    service: str,
    method: str,
    host: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    timeout: float,
    query: str = "",
) -> tuple[int, bytes, http.client.HTTPMessage]:
    endpoint = urlsplit(os.environ.get("AWS_ENDPOINT_URL") or f"https://{host}")
    signed = sign(service, method, endpoint.netloc, path, headers, body, query)
    target = f"{path}?{query}" if query else path
    for fresh in (False, True):
        connection = _connection(endpoint.scheme, endpoint.netloc, timeout, fresh)
        try:
            connection.request(method, target, body=body, headers=signed)
            response = connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            # The other side may have closed a kept-alive connection: try once more on a new one.
            if fresh or isinstance(error, TimeoutError):
                raise Unavailable(message=f"{service} does not answer.") from error
        else:
            if response.status >= 500:
                # AWS has an outage or throttles us (S3's 503): the request is not at fault.
                raise Unavailable(message=f"{service} does not answer.")
            return response.status, answer, response.headers
    raise AssertionError("unreachable")


def _connection(scheme: str, netloc: str, timeout: float, fresh: bool) -> http.client.HTTPConnection:
    connections: dict[str, http.client.HTTPConnection] = _state.__dict__.setdefault("connections", {})
    kept = connections.get(netloc)
    if kept is None or fresh:
        make = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
        kept = connections[netloc] = make(netloc, timeout=timeout)
    kept.timeout = timeout
    if kept.sock is not None:
        kept.sock.settimeout(timeout)
    return kept


def sign(
    service: str,
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    query: str = "",
    at: datetime | None = None,
) -> dict[str, str]:
    """`headers` with the date, payload hash, session token and Authorization header added."""
    moment = at or datetime.now(UTC)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    full = {**headers, "host": host, "x-amz-date": stamp, "x-amz-content-sha256": digest}
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        full["x-amz-security-token"] = token
    names = ";".join(sorted(full))
    canonical = "\n".join(
        [method, path, query, *(f"{name}:{full[name].strip()}" for name in sorted(full)), "", names, digest]
    )
    full["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope_of(service, stamp)}, "
        f"SignedHeaders={names}, Signature={_signature(service, stamp, canonical)}"
    )
    return full


def presign_token(
    service: str, host: str, path: str, query: Mapping[str, str], seconds: int = 900, payload: str = ""
) -> str:
    """A presigned GET URL without its scheme: an address in S3, or the password of an IAM-authenticated database or
    cache. S3 signs the word UNSIGNED-PAYLOAD for `payload`, everything else the hash of no content."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    full = {
        **query,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope_of(service, stamp)}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        full["X-Amz-Security-Token"] = token
    text = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(full.items()))
    signed = payload or hashlib.sha256(b"").hexdigest()
    canonical = "\n".join(["GET", path, text, f"host:{host}", "", "host", signed])
    return f"{host}{path}?{text}&X-Amz-Signature={_signature(service, stamp, canonical)}"


def scope_of(service: str, stamp: str) -> str:
    """What a signature of that moment is valid for."""
    return f"{stamp[:8]}/{region()}/{service}/aws4_request"


def _signature(service: str, stamp: str, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return signature_of(service, stamp, "\n".join(["AWS4-HMAC-SHA256", stamp, scope_of(service, stamp), digest]))


def signature_of(service: str, stamp: str, text: str) -> str:
    """The signature of `text` with the day's key of this function's credentials."""
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in (stamp[:8], region(), service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
