"""Send an export to the organization's server.

Runs outside the network, where the internet is, and so reports over the bus whether the file arrived; what did not is
sent again.
"""

from contextlib import closing

import boto3

from shared.exports import reasons
from shared.exports.destinations import credentials_of
from shared.exports.sftp import Undelivered, send
from shared.kit.announce import announce
from shared.kit.consumer import Event, consumer
from shared.kit.settings import resource


@consumer(
    "export.delivery_requested",
    database=None,
    uses=("exports.read", "export_secrets.read", "bus.put"),
    layers=("sftp",),
    timeout=900,
    memory=1024,
)
def deliver_export(event: Event) -> None:
    attempt = event.data["attempt"]
    try:
        _deliver(event)
    except Undelivered as why:
        announce("export.undelivered", event, attempt=attempt, reason=str(why))
    else:
        announce("export.delivered", event, attempt=attempt)


def _deliver(event: Event) -> None:
    destination = event.data["destination"]
    credentials = credentials_of(event.data["organization_id"], destination)
    if credentials is None:
        raise Undelivered(reasons.NOT_LET_IN)
    found = boto3.client("s3").get_object(Bucket=resource("exports"), Key=event.data["object_key"])
    with closing(found["Body"]) as content:
        send(destination, credentials, event.data["file_name"], content)
