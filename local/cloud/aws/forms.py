"""S3's POST of a form: whether its policy is signed, still valid, and kept by every field and by the file.

Source: Amazon S3 API Reference, "Browser-Based Uploads Using POST (AWS Signature Version 4)": POST Policy.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.cloud.account import REGION
from local.cloud.aws.demands import AwsRequest
from local.cloud.aws.signatures import signed_text

SIGNED = ("key", "policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
FREE = {"policy", "x-amz-signature", "file"}
"""Fields that no condition has to allow."""


class FormRefused(Exception):
    """What S3 answers to a form that it does not take."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Form:
    """A form: its fields by their names in lower case, and the file."""

    bucket: str
    fields: Mapping[str, str]
    content: bytes

    @property
    def key(self) -> str:
        """Where the file is to be stored."""
        return self.fields["key"]

    @property
    def credential(self) -> str:
        """Access key, date, region, service."""
        return self.fields["x-amz-credential"]


def is_form(request: AwsRequest) -> bool:
    """Whether this is a form posted to a bucket."""
    kind = request.headers.get("content-type", "")
    return request.method == "POST" and kind.lower().startswith("multipart/form-data")


def read_form(request: AwsRequest) -> Form:
    """The form in the request. Raises FormRefused."""
    fields, content = _parts(request)
    if content is None:
        raise FormRefused(400, "InvalidArgument", "POST requires exactly one file upload per request.")
    if missing := [name for name in SIGNED if not fields.get(name)]:
        # Without any of them, S3 takes whoever posts for anonymous.
        raise FormRefused(403, "AccessDenied", f"Access Denied: the form lacks {', '.join(missing)}")
    return Form(request.path.strip("/").partition("/")[0], fields, content)


def _parts(request: AwsRequest) -> tuple[dict[str, str], bytes | None]:
    from werkzeug.http import parse_options_header
    from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

    boundary = parse_options_header(request.headers["content-type"])[1].get("boundary", "")
    decoder = MultipartDecoder(boundary.encode("latin-1"))
    fields: dict[str, str] = {}
    name, file_name, content = "", "", bytearray()
    try:
        decoder.receive_data(request.body)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue):
            if isinstance(event, Field | File):
                name, content = event.name.lower(), bytearray()
                file_name = event.filename if isinstance(event, File) else ""
            elif isinstance(event, Data):
                content += event.data
                if event.more_data:
                    continue
                if name == "file":
                    # S3 ignores what comes after the file.
                    fields["key"] = fields.get("key", "").replace("${filename}", file_name)
                    return fields, bytes(content)
                fields[name] = content.decode()
    except ValueError:
        raise FormRefused(400, "MalformedPOSTRequest", "The body is not well-formed multipart/form-data.") from None
    return fields, None


def check_form(form: Form, secret: str, now: datetime | None = None) -> None:
    """Raises FormRefused unless the policy is signed with `secret`, has not expired, and every condition is met."""
    _, day, region, service, end = f"{form.credential}////".split("/")[:5]
    if (region, service, end) != (REGION, "s3", "aws4_request") or day != form.fields["x-amz-date"][:8]:
        raise FormRefused(400, "AuthorizationQueryParametersError", "The credential's scope is wrong.")
    scope = [day, region, service, end]
    wanted = signed_text(secret, scope, form.fields["policy"])
    if not hmac.compare_digest(form.fields["x-amz-signature"].encode(), wanted.encode()):
        raise FormRefused(
            403, "SignatureDoesNotMatch", "The request signature we calculated does not match the one you provided."
        )
    try:
        policy = json.loads(base64.b64decode(form.fields["policy"]))
        expires = datetime.strptime(policy["expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        conditions = [_condition(each) for each in policy["conditions"]]
    except (ValueError, KeyError, TypeError):
        raise FormRefused(400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from None
    if (now or datetime.now(UTC)) >= expires:
        raise _broken("Policy expired.")
    _check_conditions(form, conditions)


def _condition(condition: Any) -> tuple[str, str, Any]:
    if isinstance(condition, dict):
        [(name, value)] = condition.items()
        return "eq", name.lower(), str(value)
    kind, name, value = condition
    if kind == "content-length-range":
        return kind, "", (int(name), int(value))
    return kind, name.removeprefix("$").lower(), str(value)


def _check_conditions(form: Form, conditions: list[tuple[str, str, Any]]) -> None:
    given = {**form.fields, "bucket": form.bucket}
    for kind, name, value in conditions:
        if kind == "content-length-range":
            smallest, largest = value
            if len(form.content) < smallest:
                raise FormRefused(
                    400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size"
                )
            if len(form.content) > largest:
                raise FormRefused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
        elif not _holds(kind, given.get(name), value):
            raise _broken(f'Policy Condition failed: ["{kind}", "${name}", "{value}"]')
    allowed = {name for _, name, _ in conditions} | FREE
    extra = [name for name in form.fields if name not in allowed and not name.startswith("x-ignore-")]
    if extra:
        raise _broken(f"Extra input fields: {', '.join(sorted(extra))}")


def _holds(kind: str, actual: str | None, wanted: str) -> bool:
    if actual is None:
        return False
    return actual.startswith(wanted) if kind == "starts-with" else kind == "eq" and actual == wanted


def _broken(why: str) -> FormRefused:
    return FormRefused(403, "AccessDenied", f"Invalid according to Policy: {why}")
