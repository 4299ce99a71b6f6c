"""What KEEP=1 keeps goes when the buckets' lifecycle rules say so."""

import os
from pathlib import Path
from typing import cast

from local.cloud.aws.keep import Kept
from local.cloud.aws.moto_app import Moto

NOW = 1_800_000_000.0
DAY = 86400


class Deleting:
    def __init__(self) -> None:
        self.deleted: list[str] = []

    def rest(self, service: str, method: str, path: str) -> bytes:
        assert (service, method) == ("s3", "DELETE")
        self.deleted.append(path)
        return b""


def put(folder: Path, bucket: str, key: str, age: float) -> Path:
    place = folder / "objects" / bucket / key
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"1")
    place.with_name(f"{place.name}.type").write_text("text/csv")
    os.utime(place, (NOW - age, NOW - age))
    return place


def test_an_object_goes_on_the_day_that_its_buckets_rule_says(tmp_path: Path) -> None:
    moto = Deleting()
    old = put(tmp_path, "exports", "a%2Fold.csv", 31 * DAY)
    young = put(tmp_path, "exports", "a%2Fyoung.csv", 31 * DAY - 1)
    other = put(tmp_path, "documents", "lease.pdf", 400 * DAY)
    elsewhere = put(tmp_path, "files", "kept%2Fx.png", 400 * DAY)
    arrived = put(tmp_path, "files", "incoming%2Fx.png", 2 * DAY)

    rules = {"exports": [("", 31)], "documents": [], "files": [("incoming/", 1)]}
    Kept(tmp_path, cast(Moto, moto)).expire_objects(rules, NOW)

    assert sorted(moto.deleted) == ["/exports/a/old.csv", "/files/incoming/x.png"]
    assert [place.exists() for place in (old, young, other, elsewhere, arrived)] == [False, True, True, True, False]
    assert not old.with_name(f"{old.name}.type").exists()
