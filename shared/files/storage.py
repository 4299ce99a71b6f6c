"""Files in S3: what has arrived, what is kept of it, and what is deleted."""

from datetime import UTC, datetime
from typing import Any

from shared.files import rules
from shared.files.checks import checked
from shared.files.outcome import Checked
from shared.files.purposes import RULES, Purpose, Rule
from shared.kit import aws
from shared.kit.aws import Version
from shared.kit.db import Row
from shared.kit.settings import resource

CACHED = "public, max-age=86400"
"""A day: a picture that was deleted is gone from every cache the next day. A changed one has another address."""


def rule_of(row: Row) -> Rule:
    """What holds for the file's purpose."""
    return RULES[Purpose(row["purpose"])]


def read_arrived(row: Row, version_id: str | None = None) -> Version:
    """What was uploaded with the form: the newest version, or the one named. Raises FileNotUploaded."""
    found = aws.read_version(resource(rule_of(row).incoming), rules.incoming_key(row["id"]), version_id)
    if found is None:
        raise rules.FileNotUploaded()
    return found


def keep_checked(row: Row, version: Version) -> dict[str, Any]:
    """Check that version, keep what passes, and say what its row says then. Raises FileRejected.

    What is kept before the row is written belongs to nobody until it is; the file's folder goes as a whole.
    """
    rule = rule_of(row)
    found = checked(row["content_type"], version.content, wants_variants=rule.audience == "PUBLIC")
    _keep(row, rule, version, found)
    return {
        "sha256": found.sha256,
        "size_bytes": len(found.content),
        "width": found.width,
        "height": found.height,
        "pages": found.pages,
    }


def _keep(row: Row, rule: Rule, version: Version, found: Checked) -> None:
    bucket, sha256 = resource(rule.bucket), found.sha256
    headers = {"content-type": row["content_type"], **rules.metadata_of(row, len(found.content), datetime.now(UTC))}
    if rule.audience == "PUBLIC":
        headers["cache-control"] = CACHED
    for name, content in found.variants.items():
        aws.keep_object(bucket, rules.key_of(row, name, sha256), content, headers)
    key = rules.key_of(row, "file", sha256)
    if found.is_copy:
        source = resource(rule.incoming)
        aws.copy_version(source, rules.incoming_key(row["id"]), version.id, bucket, key, headers)
    else:
        aws.keep_object(bucket, key, found.content, headers)
