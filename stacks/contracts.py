"""Contracts and their signatures; DocuSign's credentials and the keys that it signs its messages with."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.parts.platform import Platform
from stacks.parts.secret import operators_secret


class ContractsStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        # Two secrets, so that the function that faces the internet cannot read the one that sends envelopes in our
        # name. An operator fills them in (docs/runbooks/docusign.md); until then, a random key refuses every message.
        secrets = {
            "docusign": operators_secret(self, "DocuSign", platform, "docusign", "private_key"),
            "docusign_keys": operators_secret(self, "DocuSignKeys", platform, "docusign-keys", "first"),
        }
        Operations(self, word="contracts", platform=platform, resources=secrets)
