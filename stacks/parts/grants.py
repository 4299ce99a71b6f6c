"""What `uses=` means: an entry, as `documents.read`, is a resource and what may be done to it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_iam as iam

from shared.kit.catalog import Operation


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that functions may be allowed to use: how policies name it, and how functions find it."""

    arn: str
    value: str


@dataclass(frozen=True, slots=True)
class Grant:
    """The actions that one `uses=` entry allows, and on which parts of the resource."""

    actions: tuple[str, ...]
    parts: tuple[str, ...] = ("",)


GRANTS = {
    "documents.read": Grant(("s3:GetObject",), ("/*",)),
    "documents.write": Grant(("s3:PutObject",), ("/*",)),
    "documents.delete": Grant(("s3:DeleteObject",), ("/*",)),
    "documents.check": Grant(("s3:ListBucket",)),
    "signing_key.sign": Grant(("kms:Sign",)),
    "signing_key.read": Grant(("kms:GetPublicKey",)),
    "derive_key.mac": Grant(("kms:GenerateMac",)),
    "token_key.encrypt": Grant(("kms:Encrypt",)),
    "token_key.decrypt": Grant(("kms:Decrypt",)),
    "relay.send": Grant(("sqs:SendMessage",)),
    "push.send": Grant(("sqs:SendMessage",)),
    "mail.send": Grant(("sqs:SendMessage",)),
    "sockets_to_close.send": Grant(("sqs:SendMessage",)),
    "bus.put": Grant(("events:PutEvents",)),
    "saga.start": Grant(("states:StartExecution",)),
    "saga.resume": Grant(("states:SendTaskSuccess", "states:SendTaskFailure")),
    "sockets.post": Grant(("execute-api:ManageConnections",), ("/POST/@connections/*", "/DELETE/@connections/*")),
    "ses.send": Grant(("ses:SendEmail",)),
    "admin_secret.read": Grant(("secretsmanager:GetSecretValue",)),
    "docusign.read": Grant(("secretsmanager:GetSecretValue",)),
    "docusign_keys.read": Grant(("secretsmanager:GetSecretValue",)),
    "oauth.read": Grant(("secretsmanager:GetSecretValue",)),
}

OUTSIDE_ONLY = frozenset({"saga", "sockets", "ses"})
"""Resources that the network has no door to: an operation inside it would wait for them until its timeout."""


def resource_of(use: str) -> str:
    """The resource of a `uses=` entry: `documents` of `documents.read`."""
    return use.partition(".")[0]


def check_uses(operation: Operation, resources: Mapping[str, Resource]) -> None:
    """Raises ValueError with a sentence where the stacks cannot give what the operation declares."""
    for use in operation.uses:
        name = resource_of(use)
        if use not in GRANTS:
            raise ValueError(f"{operation.name} uses {use!r}: choose one of {', '.join(GRANTS)}.")
        if name not in resources:
            raise ValueError(f"{operation.name} uses {name!r}, which the stack of {operation.domain} lacks.")
        if operation.vpc and name in OUTSIDE_ONLY:
            raise ValueError(f"{operation.name} uses {name!r}, which cannot be reached from the network.")
    if operation.database and not operation.vpc:
        raise ValueError(f"{operation.name} needs the database, which only the network reaches.")


def statements_for(operation: Operation, resources: Mapping[str, Resource]) -> list[iam.PolicyStatement]:
    """The policy statements of the operation's `uses=`."""
    return [
        iam.PolicyStatement(
            actions=list(GRANTS[use].actions),
            resources=[f"{resources[resource_of(use)].arn}{part}" for part in GRANTS[use].parts],
        )
        for use in operation.uses
    ]
