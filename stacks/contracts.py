"""Contracts and their signatures; DocuSign's credentials and the keys that it signs its messages with."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.parts.grants import Resource
from stacks.parts.operations import Operations
from stacks.platform import PlatformStack


class ContractsStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: PlatformStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        # Two, so that what faces the internet cannot read what sends envelopes in our name. An operator fills
        # them in (docs/runbooks/docusign.md); until then a key that nobody knows refuses every message.
        secrets = {
            "docusign": self._secret(platform, "DocuSign", "docusign", "private_key"),
            "docusign_keys": self._secret(platform, "DocuSignKeys", "docusign-keys", "first"),
        }
        Operations(self, domain="contracts", platform=platform, resources=secrets)

    def _secret(self, platform: PlatformStack, id: str, name: str, generated: str) -> Resource:
        secret = secretsmanager.Secret(
            self,
            id,
            secret_name=platform.stage_settings.named(name),
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 (an empty object)
                generate_string_key=generated,
                exclude_punctuation=True,
                password_length=64,
            ),
            removal_policy=platform.stage_settings.removal_policy,
        )
        return Resource(secret.secret_arn, secret.secret_arn)
