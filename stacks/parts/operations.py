"""Catalog → functions: creates what the operations of one word declare.

Each operation gets one function; functions with the same permissions share a role. Endpoints and sockets get routes,
consumers get a rule and a queue of their own, workers one of the platform's queues, and jobs a schedule.
"""

from collections.abc import Mapping

from aws_cdk import Duration, Size, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from shared.kit.catalog import DATABASE_USERS, HttpOperation, Kind, Operation, of_kind
from shared.kit.consumer import ConsumerOperation, WorkerOperation
from shared.kit.socket import SocketOperation
from shared.kit.task import JobOperation
from stacks.parts.alarm import alarm
from stacks.parts.code import code_of
from stacks.parts.environment import environment_of
from stacks.parts.grants import Provided, check_uses, statements_for
from stacks.parts.invoker import invoker
from stacks.parts.names import id_of
from stacks.parts.platform import Platform
from stacks.parts.queue import Queue, visibility_for
from stacks.parts.routes import Routes

PARALLEL = 10
"""How many functions read one queue at once: a burst of events must not use up the database connections."""

# The authorizer is created with the APIs, because every route behind it depends on it.
KINDS: frozenset[Kind] = frozenset({"endpoint", "socket", "consumer", "worker", "job", "step", "operator"})


class Operations(Construct):
    """The operations of one word; `functions` has their functions by name.

    `resources` are what the word owns beside the platform's. `reserved` and `parallel` limit single
    operations: how many functions there may be, and how many may read the operation's queue at once.
    `schedules` are those of jobs whose stage decides how often they run.
    """

    def __init__(
        self,
        stack: Stack,
        id: str = "Operations",
        *,
        word: str,
        platform: Platform,
        resources: Mapping[str, Provided] | None = None,
        kinds: frozenset[Kind] = KINDS,
        reserved: Mapping[str, int] | None = None,
        parallel: Mapping[str, int] | None = None,
        schedules: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(stack, id)
        self._platform = platform
        self._resources = {**platform.resources, **(resources or {})}
        self._reserved, self._parallel, self._own_schedules = reserved or {}, parallel or {}, schedules or {}
        self._roles: dict[str, iam.Role] = {}
        self._layers: dict[str, lambda_.LayerVersion] = {}
        self._code = code_of(word, platform.archives)
        self._log_group = self._logs()
        self._operations = [
            operation for operation in platform.catalog if operation.word == word and operation.kind in kinds
        ]
        self.functions = {operation.name: self._function(operation) for operation in self._operations}
        self._routes()
        self._schedules()

    def _logs(self) -> logs.LogGroup:
        stage = self._platform.stage
        return logs.LogGroup(
            self,
            "Logs",
            retention=stage.retention,
            removal_policy=stage.removal_policy,
        )

    def _function(self, operation: Operation) -> lambda_.Function:
        check_uses(operation, self._resources)
        queue = self._queue(operation)
        network = self._platform.network
        function = lambda_.Function(
            self,
            id_of(operation),
            function_name=self._platform.stage.named(operation.name),
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            code=self._code,
            handler=operation.handler,
            timeout=Duration.seconds(operation.timeout),
            memory_size=operation.memory,
            ephemeral_storage_size=Size.mebibytes(operation.disk) if operation.disk > 512 else None,
            environment=environment_of(operation, self._platform, self._resources),
            layers=[self._layer(name) for name in operation.layers] if self._platform.layers else None,
            # Otherwise everything that shares the role would gain what a construct adds to it implicitly.
            role=self._role(operation, queue).without_policy_updates(),
            log_group=self._log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
            reserved_concurrent_executions=self._reserved.get(operation.name),
            vpc=network.vpc if operation.vpc else None,
            vpc_subnets=network.subnets if operation.vpc else None,
            security_groups=[network.functions] if operation.vpc else None,
        )
        if queue and isinstance(operation, ConsumerOperation | WorkerOperation):
            self._read(queue, operation, function)
        return function

    def _layer(self, name: str) -> lambda_.LayerVersion:
        # One for each stack: CloudFormation refuses to replace a version that another stack imports.
        if name not in self._layers and self._platform.layers:
            self._layers[name] = lambda_.LayerVersion(
                self,
                f"Layer-{name}",
                code=lambda_.Code.from_asset(str(self._platform.layers(name))),
                compatible_runtimes=[lambda_.Runtime.PYTHON_3_13],
                compatible_architectures=[lambda_.Architecture.ARM_64],
            )
        return self._layers[name]

    def _queue(self, operation: Operation) -> Queue | None:
        if isinstance(operation, WorkerOperation):
            if operation.queue not in self._platform.queues:
                raise ValueError(f"{operation.name} works on {operation.queue!r}, a queue nobody owns.")
            return self._platform.queues[operation.queue]
        return self._subscription(operation) if isinstance(operation, ConsumerOperation) else None

    def _subscription(self, operation: ConsumerOperation) -> Queue:
        queue = Queue(
            self,
            f"{id_of(operation)}Events",
            stage=self._platform.stage,
            name=operation.name,
            visibility=visibility_for(operation.timeout),
            tells=self._platform.warning,
        )
        # The target also writes both queues' policies, without which EventBridge drops events silently.
        events.Rule(
            self,
            f"{id_of(operation)}Rule",
            description=f"{operation.name} hears {len(operation.hears)} events",
            event_bus=self._platform.bus,
            event_pattern=events.EventPattern(source=["leasing"], detail_type=list(operation.hears)),
            targets=[targets.SqsQueue(queue.queue, dead_letter_queue=queue.dead_letters)],
        )
        return queue

    def _read(self, queue: Queue, operation: ConsumerOperation | WorkerOperation, function: lambda_.Function) -> None:
        lambda_.EventSourceMapping(
            self,
            f"{id_of(operation)}Messages",
            target=function,
            event_source_arn=queue.queue.queue_arn,
            batch_size=operation.batch,
            report_batch_item_failures=True,
            max_concurrency=self._parallel.get(operation.name, PARALLEL),
        )

    def _role(self, operation: Operation, queue: Queue | None) -> iam.Role:
        abilities = [
            *([operation.database] if operation.database else []),
            *(["valkey"] if operation.knows_valkey else []),
            *([f"queue.{operation.name}"] if queue else []),
            *([] if operation.vpc else ["outside"]),
            *operation.uses,
        ]
        id = "-".join(["Role", *abilities])
        if id not in self._roles:
            statements = [
                *self._running(operation),
                *self._data(operation),
                *self._receiving(queue),
                *statements_for(operation, self._resources),
            ]
            self._roles[id] = iam.Role(
                self,
                id,
                description=f"May: {', '.join(abilities) or 'run'}",
                assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
                inline_policies={"operations": iam.PolicyDocument(statements=statements)},
            )
        return self._roles[id]

    def _running(self, operation: Operation) -> list[iam.PolicyStatement]:
        """The permissions that every function needs."""
        found = [
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[self._log_group.log_group_arn],
            ),
            # AWS knows no resource to name for traces.
            iam.PolicyStatement(actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]),
        ]
        if operation.vpc:
            # Lambda creates these interfaces itself, and first checks for exactly these permissions.
            found.append(
                iam.PolicyStatement(
                    actions=[
                        "ec2:CreateNetworkInterface",
                        "ec2:DeleteNetworkInterface",
                        "ec2:DescribeNetworkInterfaces",
                    ],
                    resources=["*"],
                )
            )
        return found

    def _data(self, operation: Operation) -> list[iam.PolicyStatement]:
        database = self._platform.database
        found = []
        if user := DATABASE_USERS.get(operation.database or "admin"):
            found.append(iam.PolicyStatement(actions=["rds-db:connect"], resources=[database.login_arn(user)]))
        if operation.knows_valkey:
            found.append(iam.PolicyStatement(actions=["elasticache:Connect"], resources=database.cache_arns))
        return found

    def _receiving(self, queue: Queue | None) -> list[iam.PolicyStatement]:
        if queue is None:
            return []
        return [
            iam.PolicyStatement(
                actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                resources=[queue.queue.queue_arn],
            )
        ]

    def _routes(self) -> None:
        answering = [one for one in self._operations if isinstance(one, HttpOperation | SocketOperation)]
        if answering:
            Routes(
                self,
                operations=answering,
                functions=self.functions,
                http_apis=self._platform.http_apis,
                socket_api_id=self._platform.socket_api.api_id,
            )

    def _schedules(self) -> None:
        jobs = of_kind(JobOperation, self._operations)
        if not jobs:
            return
        called = [self.functions[operation.name] for operation in jobs]
        role = invoker(self, "Scheduler", called, service="scheduler.amazonaws.com")
        for operation, function in zip(jobs, called, strict=True):
            scheduler.CfnSchedule(
                self,
                f"{id_of(operation)}Schedule",
                name=self._platform.stage.named(operation.name),
                schedule_expression=self._own_schedules.get(operation.name, operation.schedule),
                flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
                target=scheduler.CfnSchedule.TargetProperty(
                    arn=function.function_arn, role_arn=role.role_arn, input="{}"
                ),
            )
            alarm(
                self,
                f"{id_of(operation)}Failed",
                tells=self._platform.warning,
                meaning=f"The job {operation.name} failed; a later run does what this one left.",
                runbook="job-failed",
                metric=function.metric_errors(period=Duration.minutes(5)),
                above=0,
            )
