"""A function's process: its environment, its role, and the code as it stands now."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import httpx
import pytest
from botocore import auth
from botocore.config import Config
from botocore.exceptions import ClientError

from local.platform import Platform
from tests.local import stack
from tests.local.conftest import PATIENCE

AskAws = Callable[..., dict[str, Any]]
REFUSED = ({"refused": "AccessDenied"}, {"refused": "AccessDeniedException"})


def test_a_functions_environment_is_the_templates_with_local_endpoints(cloud: Platform, client: httpx.Client) -> None:
    seen = client.get("/nowhere").json()

    environment = seen["environment"]
    assert environment["PUBLIC_URL"] == cloud.url
    assert environment["BUCKET"] == "documents"
    assert environment["DATABASE_PORT"] == str(cloud.details["postgres"]["port"])
    assert environment["AWS_ENDPOINT_URL"] == cloud.aws_url
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "echo"
    assert environment["RATE_LIMIT_SCALE"] == "1"
    assert 0 < seen["remaining"] <= 60_000


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("s3", "list_objects_v2", {"Bucket": "documents"}),
        ("s3", "delete_object", {"Bucket": "documents", "Key": "a"}),
        ("s3", "get_object", {"Bucket": "others", "Key": "a"}),
        ("sqs", "send_message", {"QueueUrl": "http://x/123456789012/dead", "MessageBody": "{}"}),
        ("events", "put_events", {"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}"}]}),
        ("kms", "generate_random", {"NumberOfBytes": 1}),
        ("secretsmanager", "get_secret_value", {"SecretId": "rds!App-Cluster"}),
        ("lambda", "invoke", {"FunctionName": "echo"}),
        ("sesv2", "list_email_identities", {}),
        ("stepfunctions", "stop_execution", {"executionArn": "arn:aws:states:us-east-1:1:execution:saga:1"}),
        ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:123456789012:alarms", "Message": "m"}),
    ],
)
def test_a_grant_that_no_stack_gives_is_refused(
    ask_aws: AskAws, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    assert ask_aws(service, operation, **parameters) in REFUSED


def test_a_role_allows_what_it_grants(ask_aws: AskAws) -> None:
    stored = ask_aws("s3", "put_object", Bucket="documents", Key="a b/ü.txt", Body="text")
    read = ask_aws("s3", "head_object", Bucket="documents", Key="a b/ü.txt")

    assert "ETag" in stored and read["ContentLength"] == 4


def test_without_list_permission_a_missing_object_is_forbidden(ask_aws: AskAws) -> None:
    assert ask_aws("s3", "get_object", Bucket="documents", Key="missing") == {"refused": "AccessDenied"}


def test_a_wrong_signature_is_refused(cloud: Platform) -> None:
    stranger = boto3.client(
        "sqs",
        endpoint_url=cloud.aws_url,
        region_name="us-east-1",
        aws_access_key_id=cloud.details["aws_access_key_id"],
        aws_secret_access_key="guessed",
        config=Config(retries={"max_attempts": 0}),
    )

    with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
        stranger.list_queues()


def test_kms_signs_and_authenticates_like_aws(cloud: Platform) -> None:
    kms = _as_platform(cloud, "kms")
    keys = {kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeySpec"]: key for key in kms.list_keys()["Keys"]}
    algorithm = "RSASSA_PKCS1_V1_5_SHA_256"
    rsa, mac = keys["RSA_2048"]["KeyId"], keys["HMAC_256"]["KeyId"]

    signed = kms.sign(KeyId=rsa, Message=b"text", MessageType="RAW", SigningAlgorithm=algorithm)["Signature"]
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys

    public = serialization.load_der_public_key(kms.get_public_key(KeyId=rsa)["PublicKey"])
    assert isinstance(public, rsa_keys.RSAPublicKey)
    public.verify(signed, b"text", padding.PKCS1v15(), hashes.SHA256())
    macs = {kms.generate_mac(KeyId=mac, Message=b"m", MacAlgorithm="HMAC_SHA_256")["Mac"] for _ in range(2)}
    assert len(macs) == 1


def test_a_presigned_url_expires(cloud: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = _as_platform(cloud, "s3", Config(signature_version="s3v4"))
    s3.put_object(Bucket="documents", Key="shared", Body=b"x", ContentMD5=_md5(b"x"))
    now = auth.get_current_datetime

    def status(key: str, signed_ago: int) -> int:
        monkeypatch.setattr(auth, "get_current_datetime", lambda: now() - timedelta(seconds=signed_ago))
        wanted = {"Bucket": "documents", "Key": "shared"}
        url = s3.generate_presigned_url("get_object", Params=wanted, ExpiresIn=3600)
        return httpx.get(url.replace("shared", key), timeout=PATIENCE).status_code

    assert status("shared", 0) == 200
    assert status("other", 0) == 403
    assert (status("shared", 3000), status("shared", 3601)) == (200, 403)


def test_sent_email_appears_in_the_mailbox(client: httpx.Client, ask_aws: AskAws) -> None:
    ask_aws(
        "sesv2",
        "send_email",
        FromEmailAddress="Leasing <no-reply@example.com>",
        Destination={"ToAddresses": ["Someone@Example.com"]},
        Content={"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "text"}, "Html": {"Data": "<p>"}}}},
    )

    (mail,) = client.get("/_local/mailbox", params={"to": "someone@example.com"}).json()["data"]
    assert (mail["subject"], mail["text"], mail["html"]) == ("Hello", "text", "<p>")
    assert client.get("/_local/mailbox", params={"to": "nobody@example.com"}).json() == {"data": []}


def test_a_sender_that_is_not_verified_is_refused(ask_aws: AskAws) -> None:
    content = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "text"}}}}
    answer = ask_aws("sesv2", "send_email", FromEmailAddress="a@elsewhere", Destination={}, Content=content)

    assert answer in REFUSED


def test_advancing_the_clock_runs_the_jobs_of_each_day(client: httpx.Client, notes: Any) -> None:
    first = client.post("/_local/clock", json={"advance_days": 1}).json()
    second = client.post("/_local/clock", json={"advance_days": 2}).json()

    assert (first["jobs_run"], second["jobs_run"]) == (1, 2)
    assert second["today"] > first["today"]
    # What the jobs sent has been worked on before the answer.
    assert len(notes("done", 3, fits=lambda note: bool(note["body"].get("day")))) == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("", "body"),
        ("[1]", "body"),
        ("{}", "advance_days"),
        ('{"advance_days": 0}', "advance_days"),
        ('{"advance_days": true}', "advance_days"),
        ('{"advance_days": 1.0}', "advance_days"),
        ('{"advance_days": 99999}', "advance_days"),
        ('{"advance_days": 1, "more": 1}', "more"),
    ],
)
def test_the_clock_refuses_an_invalid_number_of_days(client: httpx.Client, body: str, field: str) -> None:
    answer = client.post("/_local/clock", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == field
    assert set(answer.json()["meta"]) == {"timestamp", "request_id"}


def test_a_change_of_the_code_is_live_on_the_next_request(client: httpx.Client) -> None:
    source = stack.APP / "functions" / "changing.py"
    before = client.get("/nowhere").json()["environment"]["AWS_LAMBDA_RUNTIME_API"]
    assert client.get("/nowhere").json()["environment"]["AWS_LAMBDA_RUNTIME_API"] == before
    try:
        source.write_text("")
        after = client.get("/nowhere").json()["environment"]["AWS_LAMBDA_RUNTIME_API"]
    finally:
        source.unlink()

    # Another address is another process, which has loaded the code anew.
    assert after != before


def test_functions_survive_restarts_of_postgres_and_redis(cloud: Platform, client: httpx.Client) -> None:
    for part in ("postgres", "redis"):
        cloud.control(part, "stop")
        cloud.control(part, "start")

    assert client.post("/_local/clock", json={"advance_days": 1}).status_code == 200


def test_a_functions_logs_are_in_its_file(cloud: Platform, client: httpx.Client) -> None:
    client.get("/broken")

    assert "broken on purpose" in (cloud.state / "logs" / "break_down.log").read_text()
    assert "break_down: ValueError: broken on purpose" in cloud.log.read_text()


def _as_platform(cloud: Platform, service: str, config: Config | None = None) -> Any:
    return boto3.client(
        service,
        config=config,
        endpoint_url=cloud.aws_url,
        region_name="us-east-1",
        aws_access_key_id=cloud.details["aws_access_key_id"],
        aws_secret_access_key=cloud.details["aws_secret_access_key"],
    )


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
