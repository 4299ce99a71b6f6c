"""`KEEP=1`: saves what moto holds in memory and the next start needs: S3's objects and KMS's keys."""

import base64
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives import serialization

from local.cloud.account import ACCOUNT, REGION
from local.cloud.aws.demands import AwsRequest
from local.cloud.aws.moto_app import Moto

_DAY = 86400


class Kept:
    """The folder in which objects and keys outlive the platform."""

    def __init__(self, folder: Path, moto: Moto) -> None:
        self.folder = folder
        self.objects = folder / "objects"
        self.keys = folder / "keys"
        self.moto = moto

    def forget(self) -> None:
        """Start clean."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def observe(self, request: AwsRequest) -> None:
        """Mirror an object that was written or deleted."""
        bucket, _, key = unquote(request.path).lstrip("/").partition("/")
        if request.service != "s3" or not key or request.arguments:
            return
        place = self.objects / quote(bucket, safe="") / quote(key, safe="")
        if request.method == "PUT":
            place.parent.mkdir(parents=True, exist_ok=True)
            draft, kind = place.with_name(f"{place.name}.draft"), place.with_name(f"{place.name}.type")
            # As stored: the body of a copy is empty, and boto3 sends bodies in signed chunks.
            draft.write_bytes(self.moto.rest("s3", "GET", f"/{bucket}/{key}"))
            kind.write_text(request.headers.get("content-type", "application/octet-stream"))
            draft.rename(place)
        elif request.method == "DELETE":
            place.unlink(missing_ok=True)

    def expire_objects(self, days: Mapping[str, list[tuple[str, int]]], now: float) -> None:
        """Delete what the buckets' lifecycle rules (prefix, days) say: memory forgets, and what is kept would stay
        for ever."""
        for bucket, rules in days.items():
            for place in sorted((self.objects / quote(bucket, safe="")).glob("*")):
                if place.suffix in (".type", ".draft"):
                    continue
                key, age = unquote(place.name), now - place.stat().st_mtime
                if any(key.startswith(prefix) and age >= limit * _DAY for prefix, limit in rules):
                    self.moto.rest("s3", "DELETE", f"/{bucket}/{key}")
                    place.unlink()
                    place.with_name(f"{place.name}.type").unlink(missing_ok=True)

    def restore_objects(self) -> None:
        """Put every mirrored object back."""
        for place in sorted(self.objects.glob("*/*")):
            if place.suffix in (".type", ".draft"):
                continue
            kind = place.with_name(f"{place.name}.type").read_text()
            path = f"/{unquote(place.parent.name)}/{unquote(place.name)}"
            self.moto.rest("s3", "PUT", path, place.read_bytes(), content_type=kind)

    def key(self, name: str, made: str) -> str:
        """Give a newly created key the id and material that it had before; returns its id.

        Without it no token of an earlier run could be verified or decrypted. This is moto's inside: its
        API lets nobody take a key out, and rightly so.
        """
        from moto.kms.models import kms_backends

        keys = kms_backends[ACCOUNT][REGION].keys
        file = self.keys / f"{name}.json"
        if not file.exists():
            self.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.write_text(json.dumps(_material(keys[made])))
            return made
        saved = json.loads(file.read_text())
        key: Any = keys.pop(made)
        key.id, key.arn = saved["id"], f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{saved['id']}"
        key.key_material = base64.b64decode(saved["material"])
        if saved["private"]:
            key.private_key.private_key = serialization.load_pem_private_key(saved["private"].encode(), None)
        keys[key.id] = key
        return str(key.id)


def _material(key: Any) -> dict[str, Any]:
    private = getattr(key.private_key, "private_key", None)
    pem = private and private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "id": key.id,
        "material": base64.b64encode(key.key_material).decode(),
        "private": pem.decode() if pem else None,
    }
