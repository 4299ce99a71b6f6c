"""What all domains use: the authorizer of the HTTP APIs, the bus, the queues, the keys and the documents bucket.

The APIs have no stage yet: a stage rejects throttles for routes that do not exist, so the edge, which is created last,
opens them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from shared.kit.catalog import Operation, of_kind
from shared.kit.consumer import WorkerOperation
from shared.kit.resources import KEYS, QUEUES, Key
from stacks.apis import SOCKET_STAGE, ApisStack
from stacks.database import DatabaseStack
from stacks.front import FrontStack
from stacks.network import NetworkStack
from stacks.parts.authorizer import guarded
from stacks.parts.grants import Provided
from stacks.parts.operations import Operations
from stacks.parts.platform import Platform
from stacks.parts.queue import Queue, visibility_for
from stacks.stage import Stage
from stacks.storage import StorageStack


class PlatformStack(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        network: NetworkStack,
        database: DatabaseStack,
        apis: ApisStack,
        front: FrontStack | None,
        storage: StorageStack,
        catalog: tuple[Operation, ...],
        layers: Callable[[str], Path] | None,
        archives: Callable[[str], Path] | None,
        **settings: Any,
    ) -> None:
        super().__init__(scope, id, **settings)
        self._stage, self._catalog, self._apis = stage, catalog, apis
        critical, self._warning = self._topic("Critical"), self._topic("Warning")
        bus = self._bus()
        queues = {name: self._queue(name) for name in sorted(QUEUES)}
        if stage.scan_uploads:
            self._hear_the_scanner(queues["scans"], storage)
        unguarded = Platform(
            stage=stage,
            network=network,
            database=database,
            catalog=catalog,
            layers=layers,
            archives=archives,
            public_url=front.public_url if front else apis.http_apis[0].api.api_endpoint,
            http_apis=apis.http_apis,
            socket_api=apis.sockets,
            bus=bus,
            queues=queues,
            resources=self._resources(bus, queues, storage.resources),
            critical=critical,
            warning=self._warning,
        )
        doorman = Operations(self, word="auth", platform=unguarded, kinds=frozenset({"authorizer"}))
        self.platform = replace(unguarded, http_apis=guarded(self, apis.http_apis, doorman))

    def _topic(self, severity: str) -> sns.Topic:
        """The topics for alarms that need action now (Critical) or on a working day (Warning)."""
        topic = sns.Topic(
            self,
            f"{severity}Alarms",
            topic_name=self._stage.named(f"alarms-{severity.lower()}"),
            enforce_ssl=True,
        )
        # A topic with its own policy loses the default one, and CloudWatch silently drops what it may not publish.
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": self.account}},
            )
        )
        CfnOutput(
            self, f"{severity}AlarmsTopic", value=topic.topic_arn, description=f"{severity} alarms: subscribe here"
        )
        return topic

    def _bus(self) -> events.EventBus:
        bus = events.EventBus(self, "Bus", event_bus_name=self._stage.named("events"))
        bus.archive(
            "Archive",
            description="Thirty days of events, to be replayed after a consumer was wrong.",
            event_pattern=events.EventPattern(source=["leasing"]),
            retention=Duration.days(30),
        )
        return bus

    def _queue(self, name: str) -> Queue:
        timeouts = [worker.timeout for worker in of_kind(WorkerOperation, self._catalog) if worker.queue == name]
        return Queue(
            self,
            name.title().replace("_", ""),
            stage=self._stage,
            name=name,
            visibility=visibility_for(max(timeouts, default=30)),
            tells=self._warning,
            fifo=QUEUES[name].fifo,
            receives=QUEUES[name].receives,
        )

    def _hear_the_scanner(self, queue: Queue, storage: StorageStack) -> None:
        """What GuardDuty finds in an upload, which it reports on the account's default bus."""
        buckets = [storage.resources[name].value for name in ("files", "identity")]
        events.Rule(
            self,
            "Scanned",
            description="record_scan hears what GuardDuty found in an upload",
            event_pattern=events.EventPattern(
                source=["aws.guardduty"],
                detail_type=["GuardDuty Malware Protection Object Scan Result"],
                detail={"s3ObjectDetails": {"bucketName": buckets}},
            ),
            targets=[targets.SqsQueue(queue.queue, dead_letter_queue=queue.dead_letters)],
        )

    def _resources(
        self, bus: events.EventBus, queues: Mapping[str, Queue], stored: Mapping[str, Provided]
    ) -> dict[str, Provided]:
        documents = self._documents()
        socket_id = self._apis.sockets.api_id
        sockets_arn = self.format_arn(service="execute-api", resource=socket_id, resource_name=SOCKET_STAGE)
        found = {
            "documents": Provided(documents.bucket_arn, documents.bucket_name),
            **stored,
            **{name: self._key(name, key) for name, key in KEYS.items() if name not in stored},
            "bus": Provided(bus.event_bus_arn, bus.event_bus_name),
            "sockets": Provided(sockets_arn, f"https://{self._apis.host_of(socket_id)}/{SOCKET_STAGE}"),
        }
        for name, queue in queues.items():
            found[name] = Provided(queue.queue.queue_arn, queue.queue.queue_url)
        return found

    def _documents(self) -> s3.Bucket:
        return s3.Bucket(
            self,
            "Documents",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                    # The documents that a restored database refers to still exist, however far back its backups go.
                    noncurrent_version_expiration=Duration.days(self._stage.backup_days + 7),
                    expired_object_delete_marker=True,
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _key(self, name: str, wanted: Key) -> Provided:
        id = name.title().replace("_", "")
        key = kms.Key(
            self,
            id,
            description=f"leasing {self._stage.name}: {id}",
            key_spec=kms.KeySpec[wanted.spec],
            key_usage=kms.KeyUsage[wanted.usage],
            # AWS rotates only symmetric keys.
            enable_key_rotation=wanted.spec == "SYMMETRIC_DEFAULT" or None,
            removal_policy=self._stage.removal_policy,
        )
        return Provided(key.key_arn, key.key_id)
