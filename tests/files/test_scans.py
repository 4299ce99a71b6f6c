"""Where a malware scanner is at work, nothing is kept before it says that a file is clean."""

import pytest

from functions.files.check_file import check_file
from functions.files.discard_file import discard_file
from functions.files.record_scan import record_scan
from functions.files.sweep_uploads import sweep_uploads
from tests.files.pictures import begin, complete, pdf, picture, send, stored, upload


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture(autouse=True)
def _scanning(monkeypatch):
    monkeypatch.setenv("SCAN_UPLOADS", "1")


def report(upload, version, result="NO_THREATS_FOUND", status="COMPLETED"):
    """As GuardDuty writes it. Source: Amazon GuardDuty User Guide, "S3 object scan result"."""
    detail = {
        "schemaVersion": "1.0",
        "scanStatus": status,
        "resourceType": "S3_OBJECT",
        "s3ObjectDetails": {
            "bucketName": "files",
            "objectKey": upload["upload"]["fields"]["key"],
            "eTag": "414f4b5c6d",
            "versionId": version,
            "s3Throttled": False,
        },
    }
    if result:
        detail["scanResultDetails"] = {"scanResultStatus": result, "threats": None}
    return {
        "version": "0",
        "id": "72c7d362-737a-6dce-fc78-9e27a0171419",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "source": "aws.guardduty",
        "account": "123456789012",
        "detail": detail,
    }


def hear(world, invoke, *reports):
    """The scanner reports, and whatever waited for it goes on."""
    from shared.kit import wire

    records = [
        {"messageId": str(number), "body": wire.render(each), "attributes": {}} for number, each in enumerate(reports)
    ]
    assert record_scan({"Records": records}, None) == {"batchItemFailures": []}


def go_on(world, invoke, upload):
    heard = ("file.received", "file.scanned")
    events = [event for event in world.event_details(upload["id"]) if event["name"] in heard]
    assert invoke(check_file, *events) == []


def test_a_file_waits_for_the_scanner(world, invoke, owner):
    begun = begin(owner, picture())
    version = send(begun, picture())

    reply = complete(owner, begun)

    assert (reply.status, reply.json["status"], reply.json["scan"]) == (202, "SCANNING", "pending")
    go_on(world, invoke, begun)
    assert stored(prefix=f"media/space-images/{begun['id']}") == {}
    assert complete(owner, begun).status == 202

    hear(world, invoke, report(begun, version), report(begun, version))
    go_on(world, invoke, begun)

    done = complete(owner, begun)
    assert (done.status, done.json["status"], done.json["scan"]) == (200, "READY", "clean")
    assert world.events(begun["id"]).count("file.completed") == 1


def test_what_the_scanner_says_before_the_upload_is_completed_is_kept(world, invoke, owner):
    begun = begin(owner, picture())
    version = send(begun, picture())
    hear(world, invoke, report(begun, version))

    reply = complete(owner, begun)

    assert (reply.status, reply.json["status"], reply.json["scan"]) == (200, "READY", "clean")


@pytest.mark.parametrize(
    ("result", "status"),
    [
        ("THREATS_FOUND", "COMPLETED"),
        ("UNSUPPORTED", "COMPLETED"),
        ("ACCESS_DENIED", "COMPLETED"),
        ("FAILED", "COMPLETED"),
        (None, "FAILED"),
    ],
)
@pytest.mark.parametrize("is_early", [True, False])
def test_whatever_is_not_clean_is_rejected(world, invoke, owner, result, status, is_early):
    begun = begin(owner, picture())
    version = send(begun, picture())
    if is_early:
        hear(world, invoke, report(begun, version, result, status))
    else:
        assert complete(owner, begun).status == 202
        hear(world, invoke, report(begun, version, result, status))
        go_on(world, invoke, begun)

    reply = complete(owner, begun)

    assert (reply.status, reply.code) == (400, "FILE_REJECTED")
    assert "malware" in reply.json["error"]["details"][0]["message"]
    assert stored(prefix=f"media/space-images/{begun['id']}") == {}


def test_what_is_said_of_another_version_does_not_count(world, invoke, owner):
    """The form is used twice: what was scanned is not what came last."""
    begun = begin(owner, picture())
    scanned = send(begun, picture())
    send(begun, picture(size=(10, 10)))
    hear(world, invoke, report(begun, scanned))

    assert complete(owner, begun).status == 202
    go_on(world, invoke, begun)
    assert complete(owner, begun).status == 202


def test_a_report_on_a_file_that_is_gone_changes_nothing(world, invoke, owner):
    begun = begin(owner, picture())
    version = send(begun, picture())
    world.sql("DELETE FROM files WHERE id = %(id)s", id=begun["id"])

    hear(world, invoke, report(begun, version))

    assert world.sql("SELECT 1 FROM file_scans WHERE file_id = %(id)s", id=begun["id"]) == []


def test_without_a_scanner_a_file_says_so(owner, monkeypatch):
    monkeypatch.setenv("SCAN_UPLOADS", "0")

    assert upload(owner, picture()).json["scan"] == "not_configured"


def test_what_was_not_completed_within_a_day_is_deleted(world, invoke, call, owner, monkeypatch):
    waiting = begin(owner, picture())
    send(waiting, picture())
    assert complete(owner, waiting).status == 202
    monkeypatch.setenv("SCAN_UPLOADS", "0")
    abandoned, fresh = begin(owner, picture()), begin(owner, picture())
    send(abandoned, picture())
    ready = upload(owner, picture()).json
    rejected = begin(owner, pdf())
    send(rejected, pdf())
    assert complete(owner, rejected).status == 400
    old = [waiting, abandoned, ready, rejected]
    world.sql(
        "UPDATE files SET created_at = now() - interval '25 hours' WHERE id = ANY (%(ids)s::uuid[])",
        ids=[each["id"] for each in old],
    )

    sweep_uploads({}, None)
    sweep_uploads({}, None)

    ids = [each["id"] for each in (*old, fresh)]
    left = world.sql("SELECT id::text FROM files WHERE id = ANY (%(ids)s::uuid[])", ids=ids)
    assert {row["id"] for row in left} == {ready["id"], rejected["id"], fresh["id"]}
    for each in (waiting, abandoned):
        [deleted] = [event for event in world.event_details(each["id"]) if event["name"] == "file.deleted"]
        assert invoke(discard_file, deleted) == []
        assert f"incoming/{each['id']}" not in stored("files", "incoming/")
