"""S3's POST of a form, as botocore signs it: whatever S3 checks is checked, and nothing is stored that fails."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from local.cloud.aws.demands import AwsRequest
from local.cloud.aws.forms import FormRefused, check_form, read_form
from local.platform import Platform
from shared.kit.presigned import presigned_form

AskAws = Callable[..., dict[str, Any]]
PATIENCE = 180.0
SHOP = {"origin": "https://shop.example"}


@pytest.fixture
def form(ask_aws: AskAws) -> Callable[..., dict[str, Any]]:
    """A form that a function has signed: for `key`, as plain text of 1 to 10 bytes."""

    def sign(key: str = "incoming/1", bucket: str = "documents", **more: Any) -> dict[str, Any]:
        fields = {"Content-Type": "text/plain"}
        conditions = [{"Content-Type": "text/plain"}, ["content-length-range", 1, 10]]
        asked = {"Bucket": bucket, "Key": key, "Fields": fields, "Conditions": conditions, "ExpiresIn": 60, **more}
        return ask_aws("s3", "generate_presigned_post", **asked)

    return sign


def post(
    cloud: Platform, form: dict[str, Any], content: bytes = b"hello", headers: Any = None, **changes: Any
) -> httpx.Response:
    """Send it; a field that is changed to None is left out."""
    fields = {name: value for name, value in {**form["fields"], **changes}.items() if value is not None}
    files = {"file": ("a.txt", content, "application/x-wrong")}
    return httpx.post(f"{cloud.aws_url}/documents", data=fields, files=files, headers=headers, timeout=PATIENCE)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text.partition("<Code>")[2].partition("</Code>")[0]


def test_the_file_is_stored_as_the_form_says(cloud: Platform, form: Any, ask_aws: AskAws) -> None:
    answer = post(cloud, form())

    assert answer.status_code == 204
    read = ask_aws("s3", "get_object", Bucket="documents", Key="incoming/1")
    assert (read["ContentType"], read["ContentLength"], read["ETag"]) == ("text/plain", 5, answer.headers["etag"])
    assert read["VersionId"] == answer.headers["x-amz-version-id"]


def test_a_form_that_is_used_twice_makes_another_version(cloud: Platform, form: Any) -> None:
    signed = form("incoming/2")

    versions = {post(cloud, signed, content).headers["x-amz-version-id"] for content in (b"one", b"two")}

    assert len(versions) == 2


@pytest.mark.parametrize(
    ("content", "changes", "refused"),
    [
        (b"", {}, (400, "EntityTooSmall")),
        (b"eleven bytes", {}, (400, "EntityTooLarge")),
        (b"x", {"key": "incoming/other"}, (403, "AccessDenied")),
        (b"x", {"Content-Type": "text/html"}, (403, "AccessDenied")),
        (b"x", {"Content-Type": None}, (403, "AccessDenied")),
        (b"x", {"x-amz-meta-extra": "1"}, (403, "AccessDenied")),
        (b"x", {"acl": "public-read"}, (403, "AccessDenied")),
        (b"x", {"x-amz-signature": "0" * 64}, (403, "SignatureDoesNotMatch")),
        (b"x", {"x-amz-signature": None}, (403, "AccessDenied")),
        (b"x", {"policy": None}, (403, "AccessDenied")),
        (b"x", {"policy": base64.b64encode(b"{}").decode()}, (403, "SignatureDoesNotMatch")),
        (b"x", {"x-amz-credential": "NOBODY/20270101/us-east-1/s3/aws4_request"}, (403, "InvalidAccessKeyId")),
    ],
)
def test_whatever_differs_from_the_policy_is_refused(
    cloud: Platform, form: Any, content: bytes, changes: Any, refused: Any
) -> None:
    assert code_of(post(cloud, form("incoming/3"), content, **changes)) == refused


def test_a_field_to_be_ignored_is_ignored(cloud: Platform, form: Any) -> None:
    assert post(cloud, form("incoming/4"), **{"x-ignore-me": "1"}).status_code == 204


def test_whoever_signs_needs_the_right_to_store_it(cloud: Platform, form: Any, ask_aws: AskAws) -> None:
    """The role may store documents only: a form for another bucket is signed, and useless."""
    signed = form("incoming/5", bucket="elsewhere")
    fields = signed["fields"]
    files = {"file": ("a.txt", b"x")}

    answer = httpx.post(f"{cloud.aws_url}/elsewhere", data=fields, files=files, timeout=PATIENCE)

    assert code_of(answer) == (403, "AccessDenied")


def test_a_page_of_an_allowed_origin_reads_the_answer(cloud: Platform, form: Any) -> None:
    signed = form("incoming/6")

    allowed, other = (post(cloud, signed, headers={"origin": o}) for o in ("https://shop.example", "https://x.example"))

    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert allowed.headers["access-control-expose-headers"] == "ETag"
    assert (other.status_code, "access-control-allow-origin" in other.headers) == (204, False)


@pytest.mark.parametrize(
    ("origin", "method", "headers", "status"),
    [
        ("https://shop.example", "POST", "", 200),
        ("https://a.partner.example", "GET", "X-Amz-Date", 200),
        ("https://shop.example", "PUT", "", 403),
        ("https://shop.example", "POST", "authorization", 403),
        ("https://x.example", "POST", "", 403),
        ("http://shop.example", "POST", "", 403),
    ],
)
def test_a_preflight_is_answered_from_the_buckets_configuration(
    cloud: Platform, origin: str, method: str, headers: str, status: int
) -> None:
    asked = {"origin": origin, "access-control-request-method": method, "access-control-request-headers": headers}

    answer = httpx.options(f"{cloud.aws_url}/documents/incoming/1", headers=asked, timeout=PATIENCE)

    assert answer.status_code == status
    assert answer.headers.get("access-control-allow-origin") == (origin if status == 200 else None)


def test_cloudfront_serves_what_the_bucket_lets_it_read(cloud: Platform, client: httpx.Client, ask_aws: AskAws) -> None:
    for key in ("media/shown/1.txt", "media/hidden.txt", "incoming/secret"):
        stored = {"Body": "hello", "ContentType": "text/plain", "Metadata": {"user": "me"}}
        ask_aws("s3", "put_object", Bucket="documents", Key=key, CacheControl="max-age=60", **stored)

    shown = client.get("/media/shown/1.txt")

    assert (shown.status_code, shown.text, shown.headers["content-type"]) == (200, "hello", "text/plain")
    assert (shown.headers["cache-control"], shown.headers["x-own"]) == ("max-age=60", "1")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-security-policy"] == "sandbox"
    assert not [name for name in shown.headers if name.startswith(("x-amz-meta", "access-control"))]
    assert client.get("/media/shown/1.txt", headers={"range": "bytes=1-2"}).text == "el"
    cached = client.get("/media/shown/1.txt", headers={"if-none-match": shown.headers["etag"]})
    assert (cached.status_code, cached.text) == (304, "")
    head = client.head("/media/shown/1.txt")
    assert (head.status_code, head.headers["content-length"], head.text) == (200, "5", "")
    for path in ("/media/hidden.txt", "/media/shown/2.txt", "/media/%2e%2e/incoming/secret"):
        assert client.get(path).status_code == 403
    assert client.post("/media/shown/1.txt").status_code == 403
    # Where no behaviour has a bucket, an API answers.
    assert "hello" not in (client.get("/incoming/secret").text, client.get("/other/1").text)


# --- our own forms, by the same rules


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "KEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")


def posted(fields: dict[str, str], content: bytes) -> AwsRequest:
    sent = httpx.Request("POST", "http://127.0.0.1:1/files", data=fields, files={"file": ("x", content)})
    return AwsRequest("POST", "/files", "", dict(sent.headers), sent.read())


@pytest.mark.usefixtures("_credentials")
def test_our_own_form_works_for_exactly_its_file_and_its_time() -> None:
    now = datetime(2027, 1, 15, 12, 0, 0, 123456, tzinfo=UTC)
    form = presigned_form("files", "incoming/1", "image/png", 4, 600, now)

    def refused(content: bytes, at: datetime) -> str:
        try:
            check_form(read_form(posted(form.fields, content)), "secret", at)
        except FormRefused as error:
            return error.message
        return ""

    assert (form.url, form.fields["x-amz-security-token"]) == ("http://127.0.0.1:1/files", "token")
    assert form.expires_at == datetime(2027, 1, 15, 12, 10, tzinfo=UTC)
    assert refused(b"1234", now) == refused(b"1234", now + timedelta(seconds=599)) == ""
    assert "Policy expired" in refused(b"1234", now + timedelta(seconds=600))
    assert "smaller" in refused(b"123", now)
    assert "exceeds" in refused(b"12345", now)


@pytest.mark.usefixtures("_credentials")
def test_our_own_form_is_signed_as_botocore_signs_it() -> None:
    from botocore.auth import S3SigV4PostAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    form = presigned_form("files", "incoming/1", "image/png", 4, 600)
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    request = AWSRequest("POST", form.url)
    request.context["s3-presign-post-fields"] = {"key": "incoming/1", "Content-Type": "image/png"}
    request.context["s3-presign-post-policy"] = {"expiration": policy["expiration"], "conditions": []}
    signer = S3SigV4PostAuth(Credentials("KEY", "secret", "token"), "s3", "us-east-1")
    signer.add_auth(request)
    theirs = request.context["s3-presign-post-fields"]

    assert theirs.keys() == form.fields.keys()
    # Both sign the policy as it is written; ours is signed again with their key.
    request.context["timestamp"] = form.fields["x-amz-date"]
    again = signer.signature(form.fields["policy"], request)
    assert hmac.compare_digest(form.fields["x-amz-signature"], again)
