"""Webhooks: how often repeats are looked for, and how many functions send at once."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.parts.platform import Platform


class WebhooksStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        Operations(
            self,
            word="webhooks",
            platform=platform,
            # Each has ten attempts on their way.
            parallel={"deliver_webhook": 20, "retry_webhook": 10},
            # Every minute where people depend on it; on other stages it would keep the database awake.
            schedules={"send_due_deliveries": platform.stage.sweep},
        )
