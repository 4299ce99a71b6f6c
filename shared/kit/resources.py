"""What functions may use besides the database and Valkey: every resource, in one table.

An operation declares what it does with one (`uses=("documents.read",)`): the part before the dot is a key of
`RESOURCES`, the part after it one of its grants. The stacks create these resources and grant what is declared
(stacks/platform.py, stacks/parts/grants.py), a function finds them by `variable` (shared/kit/settings.py), and the
tests create the same (tests/conftest.py). To add one: a row here, and its construct in a stack.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

RECEIVES = 5
"""How many times a message is tried before it goes to its dead-letter queue."""


class Grant(NamedTuple):
    """The IAM actions that one `uses=` entry allows, and on which parts of the resource."""

    actions: tuple[str, ...]
    parts: tuple[str, ...] = ("",)


class Queue(NamedTuple):
    """A queue that our own code sends to, with its dead-letter queue."""

    fifo: bool = False
    receives: int = RECEIVES


class Key(NamedTuple):
    """A key in KMS, in KMS's own words."""

    spec: Literal["RSA_2048", "HMAC_256", "SYMMETRIC_DEFAULT"]
    usage: Literal["SIGN_VERIFY", "GENERATE_VERIFY_MAC", "ENCRYPT_DECRYPT"]


class Resource(NamedTuple):
    """How a function finds a resource, and what it may be allowed to do with it."""

    variable: str
    """The environment variable that holds its name, URL or ARN."""
    grants: Mapping[str, Grant]
    queue: Queue | None = None
    key: Key | None = None
    in_network: bool = True
    """Whether the network has a VPC endpoint for it: without one, calls from the VPC would time out."""


_SEND = {"send": Grant(("sqs:SendMessage",))}
_SECRET = {"read": Grant(("secretsmanager:GetSecretValue",))}
_FILES = {
    "read": Grant(("s3:GetObject", "s3:GetObjectVersion"), ("/*",)),
    "write": Grant(("s3:PutObject",), ("/*",)),
    "delete": Grant(("s3:DeleteObject",), ("/*",)),
    "list": Grant(("s3:ListBucket",)),
}

RESOURCES: dict[str, Resource] = {
    "documents": Resource(
        "DOCUMENTS_BUCKET",
        {
            "read": Grant(("s3:GetObject",), ("/*",)),
            "write": Grant(("s3:PutObject",), ("/*",)),
            "delete": Grant(("s3:DeleteObject",), ("/*",)),
            "check": Grant(("s3:ListBucket",)),
        },
    ),
    # What people upload (shared/files/): pictures that everyone may see, private files, and who somebody is.
    "media": Resource("MEDIA_BUCKET", _FILES),
    "files": Resource("FILES_BUCKET", _FILES | {"receive": Grant(("s3:PutObject",), ("/incoming/*",))}),
    "identity": Resource("IDENTITY_BUCKET", _FILES | {"receive": Grant(("s3:PutObject",), ("/incoming/*",))}),
    # What is exported (shared/exports/), and each organization's password or key for where it goes.
    "exports": Resource(
        "EXPORTS_BUCKET",
        {
            "read": Grant(("s3:GetObject",), ("/*",)),
            "write": Grant(("s3:PutObject", "s3:AbortMultipartUpload"), ("/*",)),
        },
    ),
    "export_secrets": Resource(
        "EXPORT_SECRETS",
        {
            "read": Grant(("secretsmanager:GetSecretValue",), ("/*",)),
            "write": Grant(
                ("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret"), ("/*",)
            ),
        },
    ),
    # Our registrations at QuickBooks and Zoho, and each organization's tokens there (shared/integrations/).
    "accounting_apps": Resource("ACCOUNTING_APPS_SECRET_ARN", _SECRET),
    "accounting_tokens": Resource(
        "ACCOUNTING_TOKENS",
        {
            "read": Grant(("secretsmanager:GetSecretValue",), ("/*",)),
            "write": Grant(
                ("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue", "secretsmanager:DeleteSecret"), ("/*",)
            ),
        },
    ),
    # What encrypts the identity bucket: S3 asks for it in the name of whoever reads or writes.
    "identity_key": Resource(
        "IDENTITY_KEY_ID",
        {"use": Grant(("kms:GenerateDataKey", "kms:Decrypt"))},
        key=Key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ),
    "signing_key": Resource(
        "SIGNING_KEY_ID",
        {"sign": Grant(("kms:Sign",)), "read": Grant(("kms:GetPublicKey",))},
        key=Key("RSA_2048", "SIGN_VERIFY"),
    ),
    # What seals executed leases (shared/contracts/seal.py).
    "seal_key": Resource(
        "SEAL_KEY_ID",
        {"sign": Grant(("kms:Sign",)), "read": Grant(("kms:GetPublicKey",))},
        key=Key("RSA_2048", "SIGN_VERIFY"),
    ),
    "derive_key": Resource(
        "DERIVE_KEY_ID", {"mac": Grant(("kms:GenerateMac",))}, key=Key("HMAC_256", "GENERATE_VERIFY_MAC")
    ),
    "token_key": Resource(
        "TOKEN_KEY_ID",
        {"encrypt": Grant(("kms:Encrypt",)), "decrypt": Grant(("kms:Decrypt",))},
        key=Key("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    ),
    "relay": Resource("RELAY_QUEUE_URL", _SEND, queue=Queue()),
    # Keeps the order of each socket's frames.
    "push": Resource("PUSH_QUEUE_URL", _SEND, queue=Queue(fifo=True)),
    # The queue drops duplicates; functions/notifications/send_mail.py counts its attempts itself.
    "mail": Resource("MAIL_QUEUE_URL", _SEND, queue=Queue(fifo=True, receives=1)),
    # Text messages and messages by WhatsApp: one that was begun and not finished is looked for before it is sent again.
    "texts": Resource("TEXTS_QUEUE_URL", _SEND, queue=Queue(fifo=True, receives=2)),
    # Push notifications to devices; the queue drops duplicates.
    "device_pushes": Resource("DEVICE_PUSHES_QUEUE_URL", _SEND, queue=Queue(fifo=True, receives=1)),
    # What is asked of accounting software: one message at a time for each connection.
    "accounting": Resource("ACCOUNTING_QUEUE_URL", _SEND, queue=Queue(fifo=True)),
    # Filled by EventBridge with what the malware scanner found (stacks/platform.py).
    "scans": Resource("SCANS_QUEUE_URL", {}, queue=Queue()),
    # Attempts at webhooks that answer, at those that did not the last time, and what came of them (shared/webhooks/).
    "webhooks": Resource("WEBHOOKS_QUEUE_URL", _SEND, queue=Queue()),
    "webhook_retries": Resource("WEBHOOK_RETRIES_QUEUE_URL", _SEND, queue=Queue()),
    "webhook_results": Resource("WEBHOOK_RESULTS_QUEUE_URL", _SEND, queue=Queue()),
    "sockets_to_close": Resource("SOCKETS_TO_CLOSE_QUEUE_URL", _SEND, queue=Queue()),
    "bus": Resource("BUS_NAME", {"put": Grant(("events:PutEvents",))}),
    "saga": Resource(
        "STATE_MACHINE_ARN",
        {
            "start": Grant(("states:StartExecution",)),
            "resume": Grant(("states:SendTaskSuccess", "states:SendTaskFailure")),
        },
        in_network=False,
    ),
    "sockets": Resource(
        "SOCKET_ENDPOINT",
        {
            "post": Grant(("execute-api:ManageConnections",), ("/POST/@connections/*", "/DELETE/@connections/*")),
        },
        in_network=False,
    ),
    "ses": Resource("MAIL_SENDER", {"send": Grant(("ses:SendEmail",))}, in_network=False),
    # Our account at Twilio, and our applications at Google and Apple (docs/runbooks/phones.md).
    "twilio": Resource("TWILIO_SECRET_ARN", _SECRET),
    "push_apps": Resource("PUSH_APPS_SECRET_ARN", _SECRET),
    "sns_push": Resource(
        "SNS_PUSH",
        {
            "register": Grant(("sns:CreatePlatformEndpoint",), ("app/*",)),
            "send": Grant(("sns:Publish", "sns:DeleteEndpoint"), ("endpoint/*",)),
        },
        in_network=False,
    ),
    "admin_secret": Resource("DATABASE_SECRET_ARN", _SECRET),
    "docusign": Resource("DOCUSIGN_SECRET_ARN", _SECRET),
    "docusign_keys": Resource("DOCUSIGN_KEYS_SECRET_ARN", _SECRET),
    "oauth": Resource("OAUTH_SECRET_ARN", _SECRET),
}

QUEUES: dict[str, Queue] = {name: each.queue for name, each in RESOURCES.items() if each.queue}
KEYS: dict[str, Key] = {name: each.key for name, each in RESOURCES.items() if each.key}


def resource_of(use: str) -> str:
    """The resource of a `uses=` entry: `documents` in `documents.read`."""
    return use.partition(".")[0]


def grant_of(use: str) -> Grant | None:
    """What a `uses=` entry allows; None if there is no such resource or grant."""
    name, _, grant = use.partition(".")
    return RESOURCES[name].grants.get(grant) if name in RESOURCES else None


def all_uses() -> list[str]:
    """Every entry that `uses=` takes."""
    return [f"{name}.{grant}" for name, each in RESOURCES.items() for grant in each.grants]
