"""The saga: from an approved bid to an active contract, or back to where it began."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from stacks.parts.alarm import alarm
from stacks.parts.grants import Provided
from stacks.parts.invoker import invoker
from stacks.parts.operations import KINDS, Operations
from stacks.parts.platform import Platform

DEFINITION = Path(__file__).parents[1] / "functions" / "leasing" / "leasing.asl.json"


class LeasingStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        steps = Operations(self, "Steps", word="leasing", platform=platform, kinds=frozenset({"step"}))
        machine = self._machine(platform, steps.functions)
        # The steps are created before the state machine, and the functions that start and resume it after.
        Operations(
            self,
            word="leasing",
            platform=platform,
            resources={"saga": Provided(machine.state_machine_arn, machine.state_machine_arn)},
            kinds=KINDS - {"step"},
        )

    def _machine(self, platform: Platform, functions: Mapping[str, lambda_.Function]) -> stepfunctions.StateMachine:
        stage = platform.stage
        definition = DEFINITION.read_text()
        steps = sorted(set(re.findall(r"\$\{(\w+)\}", definition)))
        if unknown := [step for step in steps if step not in functions]:
            raise ValueError(f"{DEFINITION.name} names what is no step: {', '.join(unknown)}.")
        called = [functions[step] for step in steps]
        machine = stepfunctions.StateMachine(
            self,
            "Saga",
            state_machine_name=stage.named("saga"),
            state_machine_type=stepfunctions.StateMachineType.STANDARD,
            definition_body=stepfunctions.DefinitionBody.from_string(definition),
            definition_substitutions={step: functions[step].function_arn for step in steps},
            role=invoker(self, "SagaRole", called, service="states.amazonaws.com"),
            tracing_enabled=True,
            # Without the data: a task's input holds the token that resumes it.
            logs=stepfunctions.LogOptions(
                level=stepfunctions.LogLevel.ALL,
                include_execution_data=False,
                destination=self._logs(platform),
            ),
            removal_policy=stage.removal_policy,
        )
        alarm(
            self,
            "SagaNeedsOperator",
            tells=platform.critical,
            meaning="A saga could neither continue nor undo itself: an operator has to step in.",
            runbook="saga-failed",
            metric=machine.metric_failed(period=Duration.minutes(5)),
            above=0,
        )
        return machine

    def _logs(self, platform: Platform) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "SagaLogs",
            # Step Functions writes only to groups of this name in an account with many.
            log_group_name=f"/aws/vendedlogs/states/{platform.stage.named('saga')}",
            retention=platform.stage.retention,
            removal_policy=platform.stage.removal_policy,
        )
