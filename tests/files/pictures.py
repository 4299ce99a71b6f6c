"""Files to upload, made by code, and what a browser does with a form."""

import io
from typing import Any

import boto3
from PIL import Image
from pypdf import PdfWriter

from functions.files.complete_upload import complete_upload
from functions.files.create_upload import create_upload
from tests.call import Answer, call

NORTH_EAST = {1: "N", 2: (40.0, 42.0, 46.0), 3: "E", 4: (74.0, 0.0, 21.0)}


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    drawn = Image.new("RGB", size, "red")
    drawn.paste("blue", (size[0] // 2, 0, *size))
    written = io.BytesIO()
    drawn.convert(mode).save(written, kind, **options)
    return written.getvalue()


def photo() -> bytes:
    """As a phone takes it: lying on its side, and with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Nightingale Phones"
    exif.get_ifd(0x8825).update(NORTH_EAST)
    return picture(exif=exif, comment=b"nightingale")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def pdf(pages: int = 1, **changes: Any) -> bytes:
    """A PDF of blank pages; `encrypted` with a password, or its root changed."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if changes.pop("encrypted", False):
        writer.encrypt("secret")
    writer._root_object.update(changes)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def begin(user: Any, content: bytes, **changes: Any) -> Any:
    """A new upload's answer."""
    body = {
        "purpose": "SPACE_IMAGE",
        "file_name": "front.jpg",
        "content_type": "image/jpeg",
        "size_bytes": len(content),
        **changes,
    }
    reply = call(create_upload, as_=user, body=body)
    assert reply.status == 201, reply.json
    return reply.json


def send(upload: Any, content: bytes) -> str:
    """Store the file as S3 does for whoever has the form, whose checks are tested in tests/local/; its version."""
    bucket = "identity" if upload["purpose"] in ("IDENTITY_DOCUMENT", "FACE_SCAN") else "files"
    key = upload["upload"]["fields"]["key"]
    return str(boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=content)["VersionId"])


def complete(user: Any, upload: Any) -> Answer:
    return call(complete_upload, as_=user, path={"upload_id": upload["id"]})


def upload(user: Any, content: bytes, **changes: Any) -> Answer:
    """Begin, send and complete."""
    begun = begin(user, content, **changes)
    send(begun, content)
    return complete(user, begun)


def stored(bucket: str = "media", prefix: str = "") -> dict[str, bytes]:
    """What lies in a bucket."""
    found = boto3.resource("s3").Bucket(bucket).objects.filter(Prefix=prefix)
    return {each.key: each.get()["Body"].read() for each in found}
