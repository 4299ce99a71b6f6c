"""What was uploaded is checked, and kept as it may be shown: quality 79."""

import hashlib
import io
import zipfile

import pytest
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from functions.files.get_upload import get_upload
from shared.files import pictures as pictures_module
from shared.files import rules
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.files.pictures import (
    NORTH_EAST,
    begin,
    complete,
    opened,
    pdf,
    photo,
    picture,
    send,
    stored,
    upload,
)

PDF = {"purpose": "CONTRACT_ATTACHMENT", "content_type": "application/pdf", "file_name": "rider.pdf"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def owner(world):
    return world.owner()


def rejected(owner, content, **changes):
    """Why the file is rejected, which is said again when asked again; nothing of it is shown."""
    begun = begin(owner, content, **changes)
    send(begun, content)
    reply, again = complete(owner, begun), complete(owner, begun)
    assert (reply.status, reply.code, reply.fields) == (400, "FILE_REJECTED", ["file"])
    assert again.json["error"] == reply.json["error"]
    assert not [key for bucket in ("media", "files") for key in stored(bucket) if f"/{begun['id']}/" in key]
    return reply.json["error"]["details"][0]["message"]


def test_a_picture_is_ready_and_served(owner, world):
    reply = upload(owner, picture(size=(1600, 1200)), file_name="Grüße 🏢.jpg")

    file = reply.json
    assert (reply.status, file["status"], file["scan"], file["rejected"]) == (200, "READY", "not_configured", None)
    assert (file["width"], file["height"], file["pages"], file["file_name"]) == (1600, 1200, None, "Grüße 🏢.jpg")
    kept = stored(prefix=f"media/space-images/{file['id']}/")
    by_url = {f"http://127.0.0.1:8000/{key}": content for key, content in kept.items()}
    assert by_url.keys() == {file["url"], file["variants"]["thumbnail"], file["variants"]["medium"]}
    assert [opened(by_url[url]).size for url in (file["url"], *file["variants"].values())] == [
        (1600, 1200),
        (320, 240),
        (1280, 960),
    ]
    whole = by_url[file["url"]]
    assert (file["sha256"], file["size_bytes"]) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert world.events(file["id"]) == ["file.announced", "file.completed"]


def test_a_photo_with_a_place_comes_out_without_it_and_upright(owner):
    content = photo()
    assert opened(content).getexif().get_ifd(0x8825) == NORTH_EAST

    file = upload(owner, content).json

    assert (file["width"], file["height"]) == (48, 64)
    for kept in stored(prefix=f"media/space-images/{file['id']}/").values():
        shown = opened(kept)
        assert not shown.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & shown.info.keys()
        assert b"ightingale" not in kept
        red, _, blue = shown.convert("RGB").getpixel((24, 8))
        assert red > 200 > 50 > blue


@pytest.mark.parametrize(
    ("kind", "content_type", "mode"),
    [
        ("JPEG", "image/jpeg", "L"),
        ("JPEG", "image/jpeg", "CMYK"),
        ("PNG", "image/png", "P"),
        ("PNG", "image/png", "RGBA"),
        ("PNG", "image/png", "LA"),
        ("PNG", "image/png", "1"),
        ("WEBP", "image/webp", "RGB"),
    ],
)
def test_pictures_of_every_mode_are_shown_in_the_type_that_was_announced(owner, kind, content_type, mode):
    file = upload(owner, picture(kind, mode=mode), content_type=content_type).json

    [shown] = [opened(each) for key, each in stored(prefix=f"media/space-images/{file['id']}/file").items()]
    assert (file["status"], file["content_type"], shown.format, shown.size) == ("READY", content_type, kind, (64, 48))


def test_a_transparent_picture_stays_transparent(owner):
    content = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(content, "PNG")

    file = upload(owner, content.getvalue(), content_type="image/png", purpose="ORGANIZATION_LOGO").json

    [shown] = [opened(each) for each in stored(prefix=f"media/logos/{file['id']}/file").values()]
    assert shown.getpixel((5, 5))[3] == 0


def test_of_a_file_that_is_two_only_the_picture_is_kept(owner):
    """A picture that is an archive and a page, too: what follows the picture is not shown."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("index.html", "<script>alert(1)</script>")
    content = picture() + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(content))

    file = upload(owner, content).json

    assert file["status"] == "READY"
    for kept in stored(prefix=f"media/space-images/{file['id']}/").values():
        assert not zipfile.is_zipfile(io.BytesIO(kept))
        assert b"script" not in kept


@pytest.mark.parametrize(
    ("content", "changes", "why"),
    [
        (picture("PNG"), {}, "is not image/jpeg"),
        (picture(), {"content_type": "image/png"}, "is not image/png"),
        (b"GIF89a;alert(1)", {}, "is not image/jpeg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", {"content_type": "image/webp"}, "is not"),
        (picture()[:-200], {}, "damaged or cut short"),
        (picture("PNG")[:-60], {"content_type": "image/png"}, "damaged or cut short"),
        (b"\xff\xd8\xff" + bytes(1000), {}, "damaged or cut short"),
        (pdf(), {**PDF, "content_type": "image/png"}, "is not image/png"),
        (picture(), PDF, "is not application/pdf"),
        (pdf(encrypted=True), PDF, "is encrypted"),
        (pdf()[:-60], PDF, "is no whole PDF"),
        (pdf() + b"PK\x03\x04", PDF, "is no whole PDF"),
        (b"%PDF-1.7 nothing at all %%EOF", PDF, "cannot be read"),
        (pdf(pages=2001), PDF, "must have 1 to 2,000 pages, and has 2,001"),
        (pdf(pages=0), PDF, "must have 1 to 2,000 pages"),
        (b"a,b\n1,\x002", {"purpose": "IMPORT", "content_type": "text/csv"}, "is not text"),
        (picture(), {"purpose": "IMPORT", "content_type": "text/csv"}, "is not text"),
        (b"PK\x03\x04 and no more", {"purpose": "IMPORT", "content_type": XLSX}, "is no whole Excel workbook"),
    ],
)
def test_what_is_not_what_it_says_or_is_not_whole_is_rejected(owner, content, changes, why):
    assert why in rejected(owner, content, **changes)


@pytest.mark.parametrize(
    "action",
    [
        {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")},
        {"/S": NameObject("/Launch"), "/F": TextStringObject("calc.exe")},
        {"/Type": NameObject("/Action"), "/S": NameObject("/JavaScript")},
    ],
)
@pytest.mark.parametrize("place", ["/OpenAction", "/AA", "/Names", "/Whatever"])
def test_a_pdf_that_runs_something_is_rejected_wherever_it_hangs(owner, action, place):
    held = DictionaryObject({NameObject(name): value for name, value in action.items()})
    inside = ArrayObject([DictionaryObject({NameObject("/Next"): held})])

    assert "contains a script or starts a program" in rejected(owner, pdf(**{NameObject(place): inside}), **PDF)


def test_a_pdf_is_kept_as_it_came(owner):
    content = pdf(pages=3)

    file = upload(owner, content, **PDF).json

    assert (file["status"], file["pages"], file["width"], file["url"]) == ("READY", 3, None, None)
    assert list(stored("files", f"contract-attachments/{file['id']}/").values()) == [content]
    assert file["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_picture_of_a_hundred_megapixels_is_rejected_before_it_is_decoded(owner, monkeypatch):
    bomb = io.BytesIO()
    Image.new("1", (12_000, 9_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 20_000

    def load(*_):
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", load)

    assert rejected(owner, bomb.getvalue(), content_type="image/png") == "has more than 50,000,000 pixels"


def test_as_many_pixels_as_allowed_are_accepted(owner, monkeypatch):
    monkeypatch.setattr(pictures_module, "MOST_PIXELS", 64 * 48)

    assert upload(owner, picture()).status == 200
    assert upload(owner, picture(size=(64, 49))).code == "FILE_REJECTED"


def test_a_workbook_is_kept_and_one_with_macros_is_rejected(owner):
    def workbook(*more):
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as packed:
            for name in ("[Content_Types].xml", "xl/workbook.xml", *more):
                packed.writestr(name, "<x/>")
        return written.getvalue()

    told = {"purpose": "IMPORT", "content_type": XLSX, "file_name": "spaces.xlsx"}
    assert upload(owner, workbook(), **told).json["status"] == "READY"
    assert "macros" in rejected(owner, workbook("xl/vbaProject.bin"), **told)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac-roman"])
def test_text_in_any_encoding_may_be_imported(owner, encoding):
    content = "building_name;country\nCafé;Österreich\n".encode(encoding)

    assert upload(owner, content, purpose="IMPORT", content_type="text/csv").json["status"] == "READY"


def test_nothing_is_completed_before_it_was_sent(owner):
    begun = begin(owner, picture())

    assert (complete(owner, begun).status, complete(owner, begun).code) == (409, "FILE_NOT_UPLOADED")
    send(begun, picture())
    assert complete(owner, begun).status == 200


def test_a_repeat_answers_the_same_and_the_form_used_again_changes_nothing(owner):
    begun = begin(owner, picture())
    send(begun, picture())
    first = complete(owner, begun).json
    before = stored(prefix=f"media/space-images/{begun['id']}/")

    send(begun, picture(size=(99, 99)))
    again = complete(owner, begun)

    assert (again.status, again.json) == (200, first)
    assert stored(prefix=f"media/space-images/{begun['id']}/") == before


def test_the_version_that_was_checked_is_the_one_that_is_kept(owner, monkeypatch):
    """The form is used again between the check and the copy."""
    from shared.files import storage

    content = pdf(pages=2)
    begun = begin(owner, content, **PDF)
    send(begun, content)
    check = storage.checked

    def then_replaced(*arguments, **named):
        found = check(*arguments, **named)
        send(begun, pdf(pages=5))
        return found

    monkeypatch.setattr(storage, "checked", then_replaced)

    assert complete(owner, begun).json["sha256"] == hashlib.sha256(content).hexdigest()
    assert list(stored("files", f"contract-attachments/{begun['id']}/").values()) == [content]


def test_completed_twice_at_once_it_is_completed_once(owner, world):
    begun = begin(owner, picture())
    send(begun, picture())

    replies = together([lambda: complete(owner, begun)] * 4)

    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    assert world.events(begun["id"]).count("file.completed") == 1


def test_nobody_else_completes_an_upload(owner, world):
    begun = begin(owner, picture())
    send(begun, picture())

    for stranger in (world.colleague(owner), world.client(), world.user(Role.SUPER_ADMIN)):
        assert complete(stranger, begun).status == 404
    assert complete(owner, {"id": other_id()}).status == 404


def test_a_large_pdf_is_checked_in_the_background(owner, world, invoke, call, monkeypatch):
    from functions.files.check_file import check_file

    monkeypatch.setattr(rules, "HEAVY_BYTES", 100)
    content = pdf(pages=2)
    begun = begin(owner, content, **PDF)
    send(begun, content)

    reply = complete(owner, begun)

    assert (reply.status, reply.json["status"], reply.json["sha256"]) == (202, "SCANNING", None)
    assert (complete(owner, begun).status, complete(owner, begun).json) == (202, reply.json)
    [received] = [event for event in world.event_details(begun["id"]) if event["name"] == "file.received"]
    assert invoke(check_file, received, received) == []
    file = call(get_upload, as_=owner, path={"upload_id": begun["id"]}).json
    assert (file["status"], file["pages"]) == ("READY", 2)
    assert complete(owner, begun).json == file
    assert world.events(begun["id"]) == ["file.announced", "file.received", "file.completed"]


def test_a_large_pdf_that_fails_its_check_is_rejected(owner, world, invoke, monkeypatch):
    from functions.files.check_file import check_file

    monkeypatch.setattr(rules, "HEAVY_BYTES", 100)
    content = pdf(encrypted=True)
    begun = begin(owner, content, **PDF)
    send(begun, content)
    assert complete(owner, begun).status == 202

    [received] = [event for event in world.event_details(begun["id"]) if event["name"] == "file.received"]
    assert invoke(check_file, received) == []

    assert (complete(owner, begun).status, complete(owner, begun).code) == (400, "FILE_REJECTED")
