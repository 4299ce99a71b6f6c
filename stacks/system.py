"""The platform's own operations: health, documentation, the outbox relay, migrations.

Deploying this stack migrates the schema. All other stacks with operations wait for it, so new code never runs on an
old schema.
"""

from typing import Any

from aws_cdk import Duration, Stack, triggers
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from stacks.parts.grants import Provided
from stacks.parts.operations import Operations
from stacks.parts.platform import Platform

# The relay keeps the order of each object's events; a second one helps when the first is slow.
PARALLEL = {"relay_outbox": 2}


class SystemStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        secret = platform.database.admin_secret_arn
        operations = Operations(
            self,
            word="system",
            platform=platform,
            resources={"admin_secret": Provided(secret, secret)},
            parallel=PARALLEL,
            # Every minute where people depend on it; on other stages it would keep the database awake.
            schedules={"probe_health": platform.stage.sweep},
        )
        triggers.Trigger(
            self, "Migration", handler=operations.functions["migrate_schema"], timeout=Duration.minutes(15)
        )
        self._sweep(platform)

    def _sweep(self, platform: Platform) -> None:
        """A nudge that no crash can lose: it wakes the relay, whether or not there is anything to do."""
        relay = platform.queues["relay"].queue.queue_arn
        role = iam.Role(
            self,
            "Sweeper",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"),
            inline_policies={
                "send": iam.PolicyDocument(
                    statements=[iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[relay])]
                )
            },
        )
        scheduler.CfnSchedule(
            self,
            "Sweep",
            name=platform.stage.named("sweep"),
            schedule_expression=platform.stage.sweep,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            target=scheduler.CfnSchedule.TargetProperty(arn=relay, role_arn=role.role_arn, input="{}"),
        )
