"""How an import is asked for: with the file in the request, or with one that was uploaded; and who hears of it."""

import pytest

from functions.files.delete_upload import delete_upload
from functions.imports.import_buildings import import_buildings
from functions.imports.import_leases import import_leases
from functions.imports.run_import import run_import
from shared.files.purposes import Purpose
from shared.imports import rules
from shared.kit.catalog import Role
from tests.call import invoke, other_id
from tests.files.pictures import begin, complete, picture, send, upload
from tests.imports.files import BOUNDARY, asked, csv_of, events_of, form, imported, run, spaces, state


@pytest.fixture
def owner(world):
    return world.owner()


def uploaded(user, content, purpose=Purpose.IMPORT):
    return upload(user, content, purpose=purpose, content_type="text/csv", file_name="spaces.csv").json["id"]


def ask(call, user, **body):
    return call(import_buildings, as_=user, body=body)


def test_a_file_that_was_uploaded_is_imported(world, owner, call):
    file_id = uploaded(owner, csv_of(spaces(2)))

    answer = ask(call, owner, upload_id=file_id)

    assert answer.status == 202
    assert call(delete_upload, as_=owner, path={"upload_id": file_id}).code == "FILE_IN_USE"
    run(world, answer.json["id"])
    done = state(owner, answer.json["id"])
    assert (done["status"], done["succeeded"], done["file_name"]) == ("COMPLETED", 2, "spaces.csv")
    assert call(delete_upload, as_=owner, path={"upload_id": file_id}).status == 204
    assert state(owner, answer.json["id"]) == done


def test_the_file_of_somebody_else_or_for_something_else_is_refused(world, owner, call):
    theirs = uploaded(world.owner(), csv_of(spaces(1)))

    assert ask(call, owner, upload_id=theirs).status == 404
    assert ask(call, owner, upload_id=str(other_id())).status == 404
    assert ask(call, owner).fields == ["upload_id"]
    assert ask(call, owner, upload_id="x", more=1).fields == ["upload_id", "more"]
    logo = upload(owner, picture(), purpose=Purpose.ORGANIZATION_LOGO)
    assert ask(call, owner, upload_id=logo.json["id"]).fields == ["upload_id"]


def test_an_upload_that_is_not_complete_is_not_ready(world, owner, call):
    content = csv_of(spaces(1))
    begun = begin(owner, content, purpose="IMPORT", content_type="text/csv", file_name="a.csv")

    answer = ask(call, owner, upload_id=begun["id"])

    assert (answer.status, answer.code) == (409, "FILE_NOT_READY")


def test_a_file_that_is_still_being_checked_is_imported_once_it_is_ready(world, owner, call, monkeypatch):
    from functions.files.check_file import check_file
    from shared.files import rules as file_rules

    monkeypatch.setattr(file_rules, "HEAVY_BYTES", 10)
    content = csv_of(spaces(1))
    begun = begin(owner, content, purpose="IMPORT", content_type="text/csv", file_name="a.csv")
    send(begun, content)
    assert complete(owner, begun).json["status"] == "SCANNING"

    done = ask(call, owner, upload_id=begun["id"]).json
    run(world, done["id"])
    assert state(owner, done["id"])["status"] == "QUEUED"
    [received] = events_of(world, begun["id"], "file.received")
    assert invoke(check_file, received) == []
    assert invoke(run_import, *events_of(world, begun["id"], "file.completed")) == []

    assert state(owner, done["id"])["status"] == "COMPLETED"


FORMS = [
    (form(b"x", field="other"), ["other"]),
    (form(b""), ["file"]),
    ({**form(b"x"), "headers": {"content-type": "multipart/form-data"}}, ["body"]),
    ({**form(b"x"), "body": form(b"x")["body"][:-10]}, ["body"]),
    ({**form(b"x"), "body": f"--{BOUNDARY}--\r\n".encode()}, ["body"]),
]


@pytest.mark.parametrize(("sent", "fields"), FORMS, ids=range(len(FORMS)))
def test_a_form_without_its_file_is_refused(owner, call, sent, fields):
    answer = call(import_buildings, as_=owner, **sent)

    assert (answer.status, answer.fields) == (400, fields)


def test_a_form_is_read_byte_by_byte(world, owner):
    rows = spaces(3, street="Größe \r\n 7")

    done = imported(world, import_buildings, owner, csv_of(rows, "utf-16"), "Büro.csv")

    assert done["status"] == "COMPLETED"
    [building] = world.sql(
        "SELECT address FROM buildings WHERE owner_organization_id = %(id)s", id=owner.organization_id
    )
    assert building["address"]["street"] == "Größe   7"


def test_a_file_larger_than_four_megabytes_is_to_be_uploaded(owner):
    answer = asked(import_buildings, owner, b"x" * (rules.LARGEST + 1))

    assert (answer.status, answer.fields) == (400, ["file"])
    assert "POST /uploads" in answer.json["error"]["details"][0]["message"]


@pytest.mark.parametrize("role", [Role.CLIENT, Role.BROKER, Role.AGENT, Role.FINANCIAL_OFFICER, Role.SUPPORT])
@pytest.mark.parametrize("operation", [import_buildings, import_leases])
def test_only_owners_and_administrators_import(world, role, operation):
    assert asked(operation, world.user(role), csv_of(spaces(1))).status == 403


def test_the_same_form_with_another_boundary_is_the_same_request(world, owner, call):
    def again(content, boundary, name="portfolio.csv", **query):
        sent = form(content, name, boundary=boundary)
        return call(import_buildings, as_=owner, key="once", query=query or None, **sent)

    first = again(csv_of(spaces(2)), "----AAAA")
    repeated = again(csv_of(spaces(2)), '"BB BB"')

    assert (first.status, repeated.status, repeated.json) == (202, 202, first.json)
    assert again(csv_of(spaces(3)), "----AAAA").code == "IDEMPOTENCY_KEY_REUSED"
    assert again(csv_of(spaces(2)), "----AAAA", "other.csv").code == "IDEMPOTENCY_KEY_REUSED"
    assert again(csv_of(spaces(2)), "----AAAA", dry_run="true").code == "IDEMPOTENCY_KEY_REUSED"
