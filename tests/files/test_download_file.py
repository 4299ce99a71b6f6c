"""Who may open a file, and who may not: quality 80."""

from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest

from functions.files.delete_upload import delete_upload
from functions.files.discard_file import discard_file
from functions.files.download_file import download_file
from functions.files.get_upload import get_upload
from shared.kit.catalog import Role
from tests.call import other_id
from tests.files.pictures import begin, complete, pdf, picture, send, stored, upload

PDF = {"purpose": "TICKET_ATTACHMENT", "content_type": "application/pdf", "file_name": 'Leak "3"\r\n; Grüße.pdf'}


@pytest.fixture
def owner(world):
    return world.owner()


def status(call, operation, user, file):
    name = "file_id" if operation is download_file else "upload_id"
    return call(operation, as_=user, path={name: file["id"]}).status


def test_a_browser_is_sent_to_the_file_which_is_saved_under_its_name(call, owner):
    content = pdf()
    file = upload(owner, content, **PDF).json

    reply = call(download_file, as_=owner, path={"file_id": file["id"]})

    assert (reply.status, reply.body) == (302, b"")
    with urlopen(reply.headers["location"]) as answer:  # noqa: S310 (moto's)
        assert answer.read() == content
        assert answer.headers["content-type"] == "application/pdf"
    asked = parse_qs(urlsplit(reply.headers["location"]).query)
    assert asked["X-Amz-Expires"] == ["60"]
    assert asked["response-content-disposition"] == [
        "attachment; filename=\"Leak _3_; Gr__e.pdf\"; filename*=UTF-8''Leak%20%223%22%3B%20Gr%C3%BC%C3%9Fe.pdf"
    ]


def test_a_script_is_told_where_the_file_is(call, owner):
    content = pdf()
    file = upload(owner, content, **PDF).json

    reply = call(download_file, as_=owner, path={"file_id": file["id"]}, headers={"accept": "application/json"})

    assert (reply.status, reply.json.keys()) == (200, {"url", "expires_at"})
    with urlopen(reply.json["url"]) as answer:  # noqa: S310 (moto's)
        assert answer.read() == content


@pytest.mark.parametrize(
    ("purpose", "content_type", "colleagues"),
    [
        ("SPACE_IMAGE", "image/jpeg", 200),
        ("ORGANIZATION_DOCUMENT", "application/pdf", 200),
        ("CONTRACT_ATTACHMENT", "application/pdf", 404),
        ("EXPENSE_RECEIPT", "application/pdf", 404),
        ("IDENTITY_DOCUMENT", "image/jpeg", 404),
    ],
)
def test_a_private_file_is_its_uploaders_and_others_belong_to_their_organization(
    call, world, owner, purpose, content_type, colleagues
):
    content = pdf() if content_type == "application/pdf" else picture()
    file = upload(owner, content, purpose=purpose, content_type=content_type).json

    assert status(call, get_upload, owner, file) == 200
    assert status(call, get_upload, world.colleague(owner), file) == colleagues
    for operation in (get_upload, download_file, delete_upload):
        for role in (Role.OWNER, Role.CLIENT, Role.SUPPORT, Role.SUPER_ADMIN):
            assert status(call, operation, world.user(role), file) == 404
        assert status(call, operation, owner, {"id": other_id()}) == 404
    if colleagues == 200:
        assert status(call, download_file, world.colleague(owner), file) == 302
    assert status(call, delete_upload, world.colleague(owner), file) == 404


def test_not_even_its_uploader_gets_an_identity_document_back(call, owner):
    file = upload(owner, picture(), purpose="IDENTITY_DOCUMENT").json

    assert (file["status"], file["sha256"], file["url"], file["variants"]) == ("READY", None, None, None)
    assert status(call, download_file, owner, file) == 404
    assert [key.rpartition("/")[0] for key in stored("identity", "identity-documents/") if file["id"] in key] == [
        f"identity-documents/{file['id']}"
    ]


def test_what_is_not_ready_is_not_downloaded(call, owner):
    unfinished = begin(owner, picture())
    rejected = begin(owner, pdf())
    send(rejected, pdf())
    assert complete(owner, rejected).status == 400

    for file in (unfinished, rejected):
        reply = call(download_file, as_=owner, path={"file_id": file["id"]})
        assert (reply.status, reply.code) == (409, "FILE_NOT_READY")


def test_a_deleted_file_is_gone_with_everything_that_was_made_of_it(call, world, invoke, owner):
    file, other = (upload(owner, picture()).json for _ in range(2))

    assert status(call, delete_upload, owner, file) == 204

    assert status(call, get_upload, owner, file) == 404
    [deleted] = [event for event in world.event_details(file["id"]) if event["name"] == "file.deleted"]
    assert invoke(discard_file, deleted, deleted) == []
    assert stored(prefix=f"media/space-images/{file['id']}/") == {}
    assert f"incoming/{file['id']}" not in stored("files", "incoming/")
    assert len(stored(prefix=f"media/space-images/{other['id']}/")) == 3


def test_a_rejected_files_bytes_are_deleted(world, invoke, owner):
    begun = begin(owner, pdf())
    send(begun, pdf())
    complete(owner, begun)

    [rejected] = [event for event in world.event_details(begun["id"]) if event["name"] == "file.rejected"]
    assert invoke(discard_file, rejected) == []

    assert f"incoming/{begun['id']}" not in stored("files", "incoming/")
    assert complete(owner, begun).code == "FILE_REJECTED"


def test_events_and_the_audit_log_do_not_tell_a_files_name(world, owner):
    file = upload(owner, pdf(), **PDF).json

    assert "Leak" not in str(world.event_details(file["id"]))
    assert "Leak" not in str(world.sql("SELECT after FROM audit_logs WHERE resource_id = %(id)s", id=file["id"]))
