"""Delete a file's bytes.

Deletes what was uploaded and what was made of it, once no row refers to it any more.
"""

import boto3

from shared.files import rules
from shared.files.purposes import RULES, Purpose
from shared.kit.consumer import Event, consumer
from shared.kit.settings import resource


@consumer(
    "file.deleted",
    "file.rejected",
    database=None,
    uses=("files.list", "files.delete", "media.list", "media.delete", "identity.list", "identity.delete"),
)
def discard_file(event: Event) -> None:
    purpose = Purpose(event.data["purpose"])
    rule = RULES[purpose]
    _empty(resource(rule.incoming), rules.incoming_key(event.object_id))
    _empty(resource(rule.bucket), rules.folder_of(purpose, event.object_id))


def _empty(bucket: str, prefix: str) -> None:
    """Delete everything whose key begins so: a file has a few objects at most."""
    s3 = boto3.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    if found:
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": each["Key"]} for each in found]})
