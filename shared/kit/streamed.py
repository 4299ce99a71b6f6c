"""An object that is written to S3 while it is being made, part by part: nobody sees it before it is whole."""

import hashlib
from types import TracebackType
from typing import Any, Self

import boto3
from botocore.config import Config

PART = 8 * 1024 * 1024
"""Bytes; S3 takes 10,000 parts, none but the last below 5 MiB."""

_PATIENT = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3})


class Upload:
    """`with Upload(bucket, key, content_type) as upload: upload.write(…)`.

    Leaving the block completes the object; an error gives it up, and leaves nothing. Also a file to write to, for what
    asks for one. Raises botocore's errors.
    """

    def __init__(self, bucket: str, key: str, content_type: str) -> None:
        self._s3: Any = boto3.client(
            "s3", config=Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3})
        )
        self._place = {"Bucket": bucket, "Key": key}
        self._content_type = content_type
        self._waiting = bytearray()
        self._parts: list[dict[str, Any]] = []
        self._sum = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """The hash of all that was written."""
        return self._sum.hexdigest()

    def __enter__(self) -> Self:
        begun = self._s3.create_multipart_upload(**self._place, ContentType=self._content_type)
        self._place["UploadId"] = begun["UploadId"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self._send()
                self._s3.complete_multipart_upload(**self._place, MultipartUpload={"Parts": self._parts})
            except BaseException:
                self._give_up()
                raise
        else:
            self._give_up()

    def write(self, content: bytes) -> int:
        """Add `content`; it is sent as soon as there is enough for a part."""
        self._waiting += content
        if len(self._waiting) >= PART:
            self._send()
        return len(content)

    def flush(self) -> None:
        """Nothing: a part that is too small is no part."""

    def _send(self) -> None:
        part = bytes(self._waiting)
        self._waiting.clear()
        self._sum.update(part)
        self.size += len(part)
        number = len(self._parts) + 1
        sent = self._s3.upload_part(**self._place, PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    def _give_up(self) -> None:
        try:
            self._s3.abort_multipart_upload(**self._place)
        except Exception:  # noqa: BLE001, S110 (S3 may be what failed: the bucket's rule then ends the upload)
            pass
