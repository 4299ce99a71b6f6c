"""An upload begins with a form for one file: of one type, of one size, under a key of ours."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from functions.files.create_upload import create_upload
from functions.files.get_upload import get_upload
from shared.files.purposes import MEGABYTE, RULES
from shared.kit.catalog import Role
from tests.files.pictures import begin, picture

BODY = {"purpose": "SPACE_IMAGE", "file_name": "a.jpg", "content_type": "image/jpeg", "size_bytes": 1000}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def conditions_of(upload):
    return json.loads(base64.b64decode(upload["upload"]["fields"]["policy"]))["conditions"]


@pytest.mark.parametrize(
    ("purpose", "content_type", "bucket"),
    [
        ("SPACE_IMAGE", "image/jpeg", "files"),
        ("CONTRACT_ATTACHMENT", "application/pdf", "files"),
        ("IDENTITY_DOCUMENT", "image/png", "identity"),
        ("FACE_SCAN", "image/webp", "identity"),
    ],
)
def test_the_form_fixes_bucket_key_type_and_length(world, call, purpose, content_type, bucket):
    body = {**BODY, "purpose": purpose, "content_type": content_type, "file_name": "../../etc/passwd\n"}
    reply = call(create_upload, as_=world.owner(), body=body)

    upload = reply.json
    assert (reply.status, upload["status"]) == (201, "PENDING")
    assert upload["upload"]["url"].endswith(f"/{bucket}")
    conditions = conditions_of(upload)
    assert {"bucket": bucket} in conditions
    assert {"key": f"incoming/{upload['id']}"} in conditions
    assert {"Content-Type": content_type} in conditions
    assert ["content-length-range", 1000, 1000] in conditions
    left = datetime.fromisoformat(upload["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    named = {name for each in conditions if isinstance(each, dict) for name in each}
    assert upload["upload"]["fields"].keys() - named == {"policy", "x-amz-signature"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": "HOLIDAY"}, "purpose"),
        ({"content_type": "image/svg+xml"}, "content_type"),
        ({"content_type": "application/pdf"}, "content_type"),
        ({"purpose": "IMPORT"}, "content_type"),
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": 10 * MEGABYTE + 1}, "size_bytes"),
        ({"purpose": "FLOOR_PLAN", "content_type": "application/pdf", "size_bytes": 10 * MEGABYTE + 1}, "size_bytes"),
        ({"purpose": "PROJECT_FILE", "content_type": "application/pdf", "size_bytes": 50 * MEGABYTE + 1}, "size_bytes"),
        ({"file_name": ""}, "file_name"),
        ({"file_name": "\r\n"}, "file_name"),
        ({"file_name": "x" * 256}, "file_name"),
        ({"file_name": "a\x00b"}, "file_name"),
    ],
)
def test_what_no_purpose_takes_is_refused(world, call, changes, field):
    reply = call(create_upload, as_=world.owner(), body=BODY | changes)

    assert (reply.status, reply.fields) == (400, [field])


@pytest.mark.parametrize(
    "changes",
    [
        {"size_bytes": 10 * MEGABYTE},
        {"purpose": "FLOOR_PLAN", "content_type": "application/pdf", "size_bytes": 10 * MEGABYTE},
        {"purpose": "PROJECT_FILE", "content_type": "application/pdf", "size_bytes": 50 * MEGABYTE},
        {"purpose": "IMPORT", "content_type": XLSX, "size_bytes": 50 * MEGABYTE},
        {"purpose": "IMPORT", "content_type": "text/csv"},
        {"file_name": "x" * 255},
        {"file_name": "‮gnp.exe"},
    ],
)
def test_what_a_purpose_takes_is_accepted(world, call, changes):
    assert call(create_upload, as_=world.owner(), body=BODY | changes).status == 201


@pytest.mark.parametrize("role", list(Role))
def test_each_role_uploads_for_the_purposes_of_its_rights(world, call, role):
    user = world.user(role)
    for purpose, rule in RULES.items():
        body = {**BODY, "purpose": purpose, "content_type": next(iter(rule.sizes))}
        expected = 201 if role in rule.roles else 403
        assert call(create_upload, as_=user, body=body).status == expected, purpose


def test_a_form_is_never_stored(world, call):
    """It is as good as a password while it works."""
    owner = world.owner()
    reply = call(create_upload, as_=owner, body=BODY, key="once")

    assert reply.status == 201
    assert world.sql("SELECT body FROM idempotency_keys WHERE user_id = %(id)s", id=owner.id) == []
    signature = reply.json["upload"]["fields"]["x-amz-signature"]
    assert signature not in json.dumps(world.event_details(reply.json["id"]), default=str)


def test_every_upload_has_a_key_of_its_own(world):
    owner = world.owner()

    keys = {begin(owner, picture())["upload"]["fields"]["key"] for _ in range(3)}

    assert len(keys) == 3


def test_a_name_is_kept_without_the_characters_that_would_break_a_header(world, call):
    owner = world.owner()

    created = call(create_upload, as_=owner, body=BODY | {"file_name": 'Plan "Süd"\r\nSet-Cookie: x=1;\x85.jpg'})

    assert created.status == 201
    shown = call(get_upload, as_=owner, path={"upload_id": created.json["id"]}).json
    assert shown["file_name"] == 'Plan "Süd"Set-Cookie: x=1;.jpg'
