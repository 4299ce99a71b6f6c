"""Accounting software: our registrations there, the names of organizations' tokens, and the queue that asks for it."""

from typing import Any

from aws_cdk import ArnFormat, Stack
from constructs import Construct

from stacks.parts.grants import Provided
from stacks.parts.operations import Operations
from stacks.parts.platform import Platform
from stacks.parts.secret import operators_secret


class IntegrationsStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        # Each organization's are created when it connects.
        tokens = platform.stage.named("accounting")
        arn = self.format_arn(
            service="secretsmanager", resource="secret", resource_name=tokens, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        Operations(
            self,
            word="integrations",
            platform=platform,
            resources={
                # Our credentials at Intuit and Zoho; until an operator fills them in (docs/runbooks/accounting.md),
                # there is nothing to connect.
                "accounting_apps": operators_secret(self, "Apps", platform, "accounting-apps", "nobody"),
                "accounting_tokens": Provided(arn, tokens),
            },
            # Every minute where people depend on it; on other stages it would keep the database awake.
            schedules={"retry_accounting": platform.stage.sweep},
        )
