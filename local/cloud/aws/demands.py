"""What an AWS request needs permission for: its action, its resource, and the condition keys.

Source: the Service Authorization Reference, for the services that the platform's functions call. A service
that is not listed here needs its action on "*".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote

from local.cloud.account import ACCOUNT, REGION
from local.cloud.aws.permissions import Demand

PREFIX = {"states": "states", "email": "ses", "monitoring": "cloudwatch"}
"""Signing name → prefix of the service's actions, where they differ."""

_SNS = ("TopicArn", "TargetArn", "EndpointArn", "PlatformApplicationArn")
"""The parameters that name what SNS is to work on."""

BATCHES = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}


@dataclass(frozen=True)
class AwsRequest:
    """One signed HTTP request, whatever its protocol."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def arguments(self) -> dict[str, list[str]]:
        """The query string's parameters."""
        return parse_qs(self.query, keep_blank_values=True)

    @cached_property
    def credential(self) -> list[str]:
        """The credential's parts: access key, date, region, service; empty where nothing is signed."""
        given = self.headers.get("authorization", "").partition("Credential=")[2].partition(",")[0]
        return (given or self.arguments.get("X-Amz-Credential", [""])[0]).strip().split("/")

    @property
    def access_key(self) -> str:
        """Who calls."""
        return self.credential[0]

    @property
    def service(self) -> str:
        """The signing name of the service called."""
        return self.credential[3].lower() if len(self.credential) > 3 else ""

    @property
    def target(self) -> str:
        """The operation of a JSON protocol, as `AmazonSQS.SendMessage`; empty in the others."""
        return self.headers.get("x-amz-target", "")

    @property
    def is_query(self) -> bool:
        """Whether the request uses the query protocol."""
        kind = self.headers.get("content-type", "")
        return not self.target and kind.startswith("application/x-www-form-urlencoded")

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The operation's parameters, of a JSON or query protocol."""
        if self.is_query:
            form = parse_qs(self.body.decode(), keep_blank_values=True)
            return {name: values[0] for name, values in form.items()}
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def operation(self) -> str:
        """The operation's name, where the protocol names it."""
        return self.target.rpartition(".")[2] or str(self.parameters.get("Action", ""))


@dataclass
class Inventory:
    """What is known about the resources beyond their names."""

    keys: dict[str, str] = field(default_factory=dict)
    """KMS key id or alias → key ARN."""
    encrypted_by: dict[str, str] = field(default_factory=dict)
    """ARN of a bucket, queue or secret → ARN of the customer's key that encrypts it."""
    machines: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)
    """Name of a secret → its ARN."""
    identities: list[str] = field(default_factory=list)
    """Verified senders: addresses and domains."""
    cors: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Bucket → its rules for pages of other origins."""
    expiries: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """Bucket → the prefixes whose objects S3 deletes, and after how many days."""


def demands(request: AwsRequest, inventory: Inventory) -> list[list[Demand]]:
    """What must be allowed: of each group, one demand is enough."""
    match request.service:
        case "s3":
            return _s3(request, inventory)
        case "sqs":
            return _sqs(request, inventory)
        case "kms":
            return _kms(request, inventory)
        case "events":
            return _events(request)
        case "states":
            return _states(request, inventory)
        case "secretsmanager":
            return _secret(request, inventory)
        case "ses":
            return _ses(request, inventory)
        case "sns":
            named = (request.parameters.get(name) for name in _SNS)
            return [[Demand(f"sns:{request.operation}", next((str(arn) for arn in named if arn), "*"))]]
        case "lambda":
            name = function_name(request)
            return [[Demand("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}")]]
        case "execute-api":
            return [[Demand("execute-api:ManageConnections", connection_arn(request))]]
        case "sts" if request.operation == "GetCallerIdentity":
            return []
        case service:
            return [[Demand(f"{PREFIX.get(service, service)}:{request.operation or '*'}", "*")]]


def function_name(request: AwsRequest) -> str:
    """The function that an Invoke names, without version or alias."""
    named = unquote(request.path.split("/functions/")[1].split("/")[0])
    return named.split(":")[6] if named.startswith("arn:") else named.split(":")[0]


def connection_arn(request: AwsRequest) -> str:
    """`execute-api` ARN of a call on a WebSocket connection: …:api/stage/METHOD/@connections/id."""
    before, _, connection = request.path.partition("/@connections/")
    api, _, stage = before.strip("/").partition("/")
    place = f"{api}/{stage}/{request.method}/@connections/{unquote(connection)}"
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{place}"


def _s3(request: AwsRequest, inventory: Inventory) -> list[list[Demand]]:
    bucket, _, key = unquote(request.path).lstrip("/").partition("/")
    arn = f"arn:aws:s3:::{bucket}"
    if not bucket:
        return [[Demand("s3:ListAllMyBuckets", "*")]]
    if not key:
        return _bucket(request, arn)
    found = [[Demand(f"s3:{_object_action(request)}", f"{arn}/{key}")]]
    if source := request.headers.get("x-amz-copy-source"):
        copied, _, version = unquote(source).lstrip("/").partition("?versionId=")
        found.append([Demand(f"s3:GetObject{'Version' if version else ''}", f"arn:aws:s3:::{copied}")])
        if master := inventory.encrypted_by.get(f"arn:aws:s3:::{copied.partition('/')[0]}"):
            found.append([_via("s3", "kms:Decrypt", master)])
    if master := inventory.encrypted_by.get(arn):
        action = "kms:GenerateDataKey" if request.method in ("PUT", "POST") else "kms:Decrypt"
        if request.method in ("PUT", "POST", "GET"):
            found.append([_via("s3", action, master)])
    return found


def _bucket(request: AwsRequest, arn: str) -> list[list[Demand]]:
    if request.method == "POST" and "delete" in request.arguments:
        return [[Demand("s3:DeleteObject", f"{arn}/*")]]
    if request.method in ("GET", "HEAD"):
        prefix = request.arguments.get("prefix")
        return [[Demand("s3:ListBucket", arn, {"s3:prefix": prefix[0]} if prefix else {})]]
    return [[Demand("s3:CreateBucket" if request.method == "PUT" else "s3:DeleteBucket", arn)]]


def _object_action(request: AwsRequest) -> str:
    part = "Tagging" if "tagging" in request.arguments else "Acl" if "acl" in request.arguments else ""
    one = "Version" if "versionId" in request.arguments else ""
    match request.method:
        case "GET" | "HEAD":
            return f"GetObject{one}{part}"
        case "DELETE":
            return "AbortMultipartUpload" if "uploadId" in request.arguments else f"DeleteObject{one}{part}"
        case _:
            return f"PutObject{part}"


def _sqs(request: AwsRequest, inventory: Inventory) -> list[list[Demand]]:
    action = BATCHES.get(request.operation, request.operation)
    name = str(request.parameters.get("QueueUrl") or request.parameters.get("QueueName") or "*")
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name.rpartition('/')[2]}"
    found = [[Demand(f"sqs:{action}", arn)]]
    if (master := inventory.encrypted_by.get(arn)) and action == "SendMessage":
        found += [[_via("sqs", "kms:GenerateDataKey", master)], [_via("sqs", "kms:Decrypt", master)]]
    return found


def _kms(request: AwsRequest, inventory: Inventory) -> list[list[Demand]]:
    key = str(request.parameters.get("KeyId", "*"))
    alias = key.partition("alias/")[2]
    arn = inventory.keys.get(f"alias/{alias}" if alias else key.rpartition("/")[2], key)
    context = {
        "kms:SigningAlgorithm": request.parameters.get("SigningAlgorithm"),
        "kms:MessageType": request.parameters.get("MessageType"),
        "kms:MacAlgorithm": request.parameters.get("MacAlgorithm"),
        "kms:EncryptionAlgorithm": request.parameters.get("EncryptionAlgorithm", "SYMMETRIC_DEFAULT"),
        **{
            f"kms:EncryptionContext:{name}": value
            for name, value in (request.parameters.get("EncryptionContext") or {}).items()
        },
    }
    known = {name: str(value) for name, value in context.items() if value is not None}
    action = f"kms:{request.operation}"
    # A symmetric Decrypt may leave the key to the ciphertext: any key the caller may use then serves.
    if key == "*":
        return [[Demand(action, each, known) for each in sorted(set(inventory.keys.values()))]]
    return [[Demand(action, arn, known)]]


def _via(service: str, action: str, key: str) -> Demand:
    """The permissions that the caller needs on the key with which the service encrypts."""
    return Demand(action, key, {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"})


def _events(request: AwsRequest) -> list[list[Demand]]:
    entries = request.parameters.get("Entries")
    names = (
        [entry.get("EventBusName") or "default" for entry in entries]
        if isinstance(entries, list)
        else [str(request.parameters.get("EventBusName") or request.parameters.get("Name") or "*")]
    )
    return [
        [Demand(f"events:{request.operation}", _arn(name, f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/"))]
        for name in sorted(set(names))
    ]


def _states(request: AwsRequest, inventory: Inventory) -> list[list[Demand]]:
    action = f"states:{request.operation}"
    named = request.parameters.get("stateMachineArn") or request.parameters.get("executionArn")
    if named:
        return [[Demand(action, str(named))]]
    # A task token does not say which state machine it belongs to.
    return [[Demand(action, machine) for machine in inventory.machines] or [Demand(action, "*")]]


def _secret(request: AwsRequest, inventory: Inventory) -> list[list[Demand]]:
    # One that is created has a name only.
    name = str(request.parameters.get("SecretId") or request.parameters.get("Name") or "*")
    arn = inventory.secrets.get(name, _arn(name, f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"))
    found = [[Demand(f"secretsmanager:{request.operation}", arn)]]
    if master := inventory.encrypted_by.get(arn):
        found.append([_via("secretsmanager", "kms:Decrypt", master)])
    return found


def _ses(request: AwsRequest, inventory: Inventory) -> list[list[Demand]]:
    parameters = request.parameters
    sender = str(parameters.get("FromEmailAddress") or parameters.get("Source") or "*")
    address = sender.partition("<")[2].partition(">")[0] or sender
    action = "ses:SendRawEmail" if request.operation == "SendRawEmail" else "ses:SendEmail"
    if not request.operation and not request.path.endswith("/outbound-emails"):
        action = "ses:*"
    covering = [name for name in (address, address.rpartition("@")[2]) if name in inventory.identities]
    context = {"ses:FromAddress": address}
    return [
        [
            Demand(action, _arn(name, f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/"), context)
            for name in covering or [address]
        ]
    ]


def _arn(name: str, prefix: str) -> str:
    return name if name.startswith("arn:") else f"{prefix}{name}"
