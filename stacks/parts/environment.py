"""A function's environment variables: everything that it declared and nothing else."""

from collections.abc import Mapping

from aws_cdk import SecretValue

from shared.kit.catalog import DATABASE_USERS, HttpOperation, Operation
from shared.kit.resources import RESOURCES, resource_of
from stacks.database import DATABASE_NAME
from stacks.front import origin_secret_name
from stacks.parts.grants import Provided
from stacks.parts.platform import Platform
from stacks.stage import Stage

# From the layer "common": the certificate authorities of Aurora and the proxy.
CERTIFICATES = "/opt/certificates/aws.pem"


def environment_of(operation: Operation, platform: Platform, resources: Mapping[str, Provided]) -> dict[str, str]:
    """The operation's environment variables."""
    found = {
        "STAGE": platform.stage.name,
        "PUBLIC_URL": platform.public_url,
        "CORS_ORIGINS": ",".join(platform.stage.cors_origins),
        "LOG_LEVEL": "INFO",
        "POWERTOOLS_SERVICE_NAME": "api",
        "POWERTOOLS_METRICS_NAMESPACE": "leasing",
    }
    if operation.kind in ("endpoint", "socket") and platform.stage.has_front:
        found["ORIGIN_SECRETS"] = _origin_secrets(platform.stage)
    if isinstance(operation, HttpOperation) and operation.verified:
        found["REQUIRE_VERIFIED_EMAIL"] = "1" if platform.stage.require_verified_email else "0"
    if operation.word == "files":
        found["SCAN_UPLOADS"] = "1" if platform.stage.scan_uploads else "0"
    if "texts.send" in operation.uses:
        found |= {
            "WHATSAPP_A_DAY": str(platform.stage.whatsapp_a_day),
            "SMS_A_DAY": str(platform.stage.sms_a_day),
        }
    if operation.database:
        found |= _database(operation, platform)
    if operation.knows_valkey:
        found |= _valkey(platform)
    for use in operation.uses:
        name = resource_of(use)
        found[RESOURCES[name].variable] = resources[name].value
    return found


def _origin_secrets(stage: Stage) -> str:
    """In plain text, as in CloudFront's own settings: docs/decisions/0015-the-edge-is-known-by-a-secret.md."""
    names = (origin_secret_name(stage, name) for name in stage.origin_secrets)
    return ",".join(SecretValue.secrets_manager(name).unsafe_unwrap() for name in names)


def _database(operation: Operation, platform: Platform) -> dict[str, str]:
    database = platform.database
    # The administrator's password belongs to the cluster; the proxy accepts only IAM logins.
    is_admin = operation.database == "admin"
    found = {
        "DATABASE_HOST": database.cluster_host if is_admin else database.host,
        "DATABASE_PORT": "5432",
        "DATABASE_NAME": DATABASE_NAME,
        "DATABASE_SSLMODE": "verify-full",
        "DATABASE_SSLROOTCERT": CERTIFICATES,
    }
    if operation.database in DATABASE_USERS:
        found["DATABASE_USER"] = DATABASE_USERS[operation.database]
    return found


def _valkey(platform: Platform) -> dict[str, str]:
    database = platform.database
    return {
        "VALKEY_HOST": database.cache.attr_endpoint_address,
        "VALKEY_PORT": database.cache.attr_endpoint_port,
        "VALKEY_NAME": database.cache_name,
        "VALKEY_USER": database.cache_user_name,
        "VALKEY_TLS": "1",
    }
