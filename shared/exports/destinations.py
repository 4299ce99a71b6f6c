"""Where the daily export goes, and the password or key for it: in Secrets Manager, an organization's own.

The secret says for which server and user it is, and is sent to no other: a schedule whose server changes needs a new
one.
"""

import json
from typing import Any
from uuid import UUID

from shared.exports.models import Destination, ScheduleChange, Stored
from shared.exports.rules import S3
from shared.kit.addresses import NotPublic, public_address
from shared.kit.aws import AwsError, call
from shared.kit.errors import Detail, Invalid
from shared.kit.ids import new_id
from shared.kit.settings import resource
from shared.kit.wire import load

_SERVER = ("host", "port", "username")
_CREDENTIALS = {"password": "PASSWORD", "private_key": "PRIVATE_KEY"}


def check_destination(change: ScheduleChange) -> None:
    """Raises Invalid if what is said of a destination does not belong to it or is missing, or if its server is none
    that we may connect to."""
    if "destination" not in change.model_fields_set:
        return
    asked = change.destination
    said = asked.model_fields_set - {"type"}
    if asked.type == "S3":
        if said:
            raise Invalid(*(Detail(f"destination.{name}", "is for SFTP alone", "UNKNOWN") for name in sorted(said)))
        return
    missing = [name for name in ("host", "username", "host_key") if getattr(asked, name) is None]
    if missing:
        raise Invalid(*(Detail(f"destination.{name}", "is required for SFTP", "REQUIRED") for name in missing))
    if asked.password and asked.private_key:
        raise Invalid(Detail("destination.private_key", "must not stand beside a password"))
    try:
        public_address(str(asked.host), asked.port)
    except NotPublic as problem:
        raise Invalid(Detail("destination.host", str(problem))) from None


def stored_destination(before: Stored, asked: Destination) -> tuple[Stored, dict[str, str] | None]:
    """The destination as it is stored, and the credentials that come with it; None if those that there are go on.

    Raises Invalid if there are none for this server and user.
    """
    if asked.type == "S3":
        return S3, None
    stored: Stored = {name: getattr(asked, name) for name in (*_SERVER, "directory", "host_key")}
    given = {name: value for name in _CREDENTIALS if (value := getattr(asked, name))}
    if given:
        [kind] = given
        return stored | {"type": "SFTP", "authenticates_by": _CREDENTIALS[kind]}, given
    if any(before.get(name) != stored[name] for name in _SERVER):
        raise Invalid(Detail("destination.password", "is required, or `private_key`", "REQUIRED"))
    return stored | {"type": "SFTP", "authenticates_by": before["authenticates_by"]}, None


def keep_credentials(organization_id: UUID, destination: Stored, given: dict[str, str]) -> None:
    """Store the credentials for the destination's server, in place of any others. Raises AwsError, Unavailable."""
    values = {
        "SecretString": json.dumps(given | {name: destination[name] for name in _SERVER}),
        "ClientRequestToken": str(new_id()),
    }
    name = _name(organization_id)
    try:
        call("secretsmanager", "secretsmanager.PutSecretValue", {"SecretId": name, **values})
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        call("secretsmanager", "secretsmanager.CreateSecret", {"Name": name, **values})


def forget_credentials(organization_id: UUID) -> None:
    """Delete the organization's credentials, if there are any. Raises AwsError, Unavailable."""
    asked = {"SecretId": _name(organization_id), "ForceDeleteWithoutRecovery": True}
    try:
        call("secretsmanager", "secretsmanager.DeleteSecret", asked)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


def credentials_of(organization_id: Any, destination: Stored) -> dict[str, str] | None:
    """The password or private key for the destination; None if there is none for this server and user."""
    asked = {"SecretId": _name(organization_id)}
    try:
        kept = load(call("secretsmanager", "secretsmanager.GetSecretValue", asked)["SecretString"])
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    if any(kept[name] != destination[name] for name in _SERVER):
        return None
    return {name: kept[name] for name in _CREDENTIALS if name in kept}


def _name(organization_id: Any) -> str:
    return f"{resource('export_secrets')}/{organization_id}"
