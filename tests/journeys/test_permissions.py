"""A grant that is missing in a stack is missing here: AccessDenied, and nothing half done."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest
from websockets.exceptions import InvalidStatus

from local.platform import Platform
from tests.journeys.client import API, PATIENT, Person, connect, send, until
from tests.journeys.deals import Deal

FORGOTTEN = {
    ("Realtime", "connect", "sqs:SendMessage"),
    ("Leasing", "render_lease", "s3:PutObject"),
    ("Auth", "request_password_reset", "kms:GenerateMac"),
}
"""Stack, function, the action that its role lacks."""


def role_of(template: dict[str, Any], function: str) -> dict[str, Any]:
    resources = template["Resources"]
    found = next(
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::Lambda::Function"
        and each["Properties"].get("FunctionName", "").endswith(f"-{function}")
    )
    role: dict[str, Any] = resources[found["Role"]["Fn::GetAtt"][0]]["Properties"]
    return role


def forget(role: dict[str, Any], action: str) -> int:
    """Take the action out of the role's policies; how many statements had it."""
    taken = 0
    for policy in role["Policies"]:
        kept = []
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            left = [each for each in actions if each != action]
            taken += len(left) < len(actions)
            if left:
                kept.append({**statement, "Action": left})
        policy["PolicyDocument"]["Statement"] = kept
    return taken


@pytest.fixture(scope="module")
def platform(templates: Path) -> Iterator[Platform]:
    # Beside the original, so that the way from the templates to the code stays the same.
    copy = templates.with_name("forgotten.out")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(templates, copy)
    for stack, function, action in FORGOTTEN:
        file = copy / f"{stack}.template.json"
        template = json.loads(file.read_text())
        assert forget(role_of(template, function), action) > 0
        file.write_text(json.dumps(template))
    with Platform(templates=copy, environment=PATIENT, rate_limit_scale=1000) as platform:
        yield platform


@pytest.fixture(scope="module")
def owner(platform: Platform) -> Person:
    return Person(platform, "OWNER")


@pytest.fixture(scope="module")
def client(platform: Platform) -> Person:
    return Person(platform, "CLIENT")


@pytest.fixture(scope="module")
def deal(owner: Person, client: Person) -> Deal:
    return Deal(owner, client)


def count(platform: Platform, table: str) -> int:
    with psycopg.connect(platform.database_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def stored(platform: Platform) -> list[str]:
    """The keys of all objects in the platform's buckets."""
    s3 = boto3.client(
        "s3",
        endpoint_url=platform.aws_url,
        region_name="us-east-1",
        aws_access_key_id=platform.details["aws_access_key_id"],
        aws_secret_access_key=platform.details["aws_secret_access_key"],
    )
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    return [each["Key"] for name in buckets for each in s3.list_objects_v2(Bucket=name).get("Contents", [])]


def test_a_request_without_permission_on_its_key_fails_and_leaves_nothing(platform: Platform, client: Person) -> None:
    before = count(platform, "outbox")
    answer = send(platform.url, "POST", f"{API}/auth/password-reset", {"email": client.email})
    assert answer.status in (500, 503), answer
    assert set(answer.json) == {"error", "meta"}
    assert count(platform, "outbox") == before


def test_a_socket_whose_closing_cannot_be_arranged_is_not_opened_and_not_registered(platform: Platform) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(platform.ws_url):
        pass
    assert refused.value.response.status_code in (500, 503)
    assert count(platform, "connections") == 0


def test_an_authenticated_socket_opens_without_permission_on_the_closing_queue(client: Person) -> None:
    with client.listening() as ear:
        assert ear.ask("ping", {}, "p1")["event"] == "pong"


def test_a_saga_without_permission_to_store_its_document_undoes_the_deal(
    platform: Platform, owner: Person, client: Person, deal: Deal
) -> None:
    # Who comes before the saga has the lease rendered, and stored, by the download.
    assert client.download(f"{deal.path}/download").startswith(b"%PDF")
    contract = deal.is_undone()
    assert contract["termination_reason"] == "The lease could not be prepared; nobody is bound by it."
    assert deal.payments() == []
    assert count(platform, "documents") == 0
    assert client.ask("GET", f"{deal.path}/download").code == "DOCUMENT_GONE"
    platform.control("queues", "settle")
    told = [one["title"] for one in client.get("/notifications")["data"]]
    assert told == ["Lease Cancelled", "Bid Approved"]


def test_an_undone_saga_leaves_no_document_in_the_bucket(platform: Platform, deal: Deal) -> None:
    deal.is_undone()
    until(lambda: stored(platform) == [])


def test_the_log_names_the_denied_action(platform: Platform, deal: Deal) -> None:
    deal.is_undone()
    logs = (platform.state / "logs").glob("*render_lease.log")
    assert "AccessDenied" in "".join(log.read_text() for log in logs)
