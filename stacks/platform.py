"""What all domains stand on: the two APIs with the authorizer, the bus, the queues, keys and documents.

The APIs have no stage here: a stage refuses throttles for routes that do not exist yet, so the edge,
which comes last, opens them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from constructs import Construct

from shared.kit.catalog import Operation
from stacks.database import DatabaseStack
from stacks.network import NetworkStack
from stacks.parts.authorizer import authorizer
from stacks.parts.grants import Resource
from stacks.parts.operations import Operations
from stacks.parts.queue import RECEIVES, Queue, visibility_for
from stacks.stage import Stage

QUEUES = ("mail", "push", "relay", "sockets_to_close")
"""The queues that our own code sends to."""

FIFO = ("mail", "push")
"""`push` keeps the order of each socket's frames; both take a message that is sent twice once."""

TRIED_ONCE = ("mail",)
"""Who reads it counts its tries itself (functions/notifications/send_mail.py), and gives up for good."""

SOCKET_STAGE = "ws"

REQUEST_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "X-Correlation-ID",
    "X-Refresh-Token",
]
RESPONSE_HEADERS = [
    "Content-Disposition",
    "ETag",
    "Idempotent-Replayed",
    "Retry-After",
    "X-Correlation-ID",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
]
METHODS = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]


class PlatformStack(Stack):
    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        stage: Stage,
        network: NetworkStack,
        database: DatabaseStack,
        catalog: tuple[Operation, ...],
        layers: Callable[[str], Path] | None,
        **settings: Any,
    ) -> None:
        super().__init__(scope, id, **settings)
        self.stage_settings, self.network, self.database = stage, network, database
        self.catalog, self.layers = catalog, layers
        self.alarms = sns.Topic(self, "Alarms", enforce_ssl=True)
        self.http_api = self._http_api()
        self.socket_api = apigateway.WebSocketApi(
            self,
            "SocketApi",
            api_name=stage.named("sockets"),
            route_selection_expression="$request.body.event",
        )
        self.bus = self._bus()
        self.queues = {name: self._queue(name) for name in QUEUES}
        self.resources = self._resources()
        CfnOutput(self, "ApiUrl", value=self.public_url, description="Where the REST API answers")
        CfnOutput(self, "SocketUrl", value=self._socket_url("wss"), description="Where WebSockets connect")
        doorman = Operations(self, domain="auth", platform=self, kinds=frozenset({"authorizer"}))
        self.authorizer_id = authorizer(self, self.http_api.api_id, doorman)

    @property
    def public_url(self) -> str:
        """The origin of the HTTP API."""
        return self.http_api.api_endpoint

    def _socket_url(self, scheme: str) -> str:
        host = f"{self.socket_api.api_id}.execute-api.{self.region}.{self.url_suffix}"
        return f"{scheme}://{host}/{SOCKET_STAGE}"

    def _http_api(self) -> apigateway.HttpApi:
        return apigateway.HttpApi(
            self,
            "HttpApi",
            api_name=self.stage_settings.named("http"),
            create_default_stage=False,
            cors_preflight=apigateway.CorsPreflightOptions(
                allow_origins=list(self.stage_settings.cors_origins),
                allow_methods=[apigateway.CorsHttpMethod[method] for method in METHODS],
                allow_headers=REQUEST_HEADERS,
                expose_headers=RESPONSE_HEADERS,
                allow_credentials=True,
                max_age=Duration.minutes(10),
            ),
        )

    def _bus(self) -> events.EventBus:
        bus = events.EventBus(self, "Bus", event_bus_name=self.stage_settings.named("events"))
        bus.archive(
            "Archive",
            description="Thirty days of events, to be replayed after a consumer was wrong.",
            event_pattern=events.EventPattern(source=["leasing"]),
            retention=Duration.days(30),
        )
        return bus

    def _queue(self, name: str) -> Queue:
        timeouts = [operation.timeout for operation in self.catalog if operation.queue == name]
        return Queue(
            self,
            name.title().replace("_", ""),
            stage=self.stage_settings,
            name=name,
            visibility=visibility_for(max(timeouts, default=30)),
            alarms=self.alarms,
            fifo=name in FIFO,
            receives=1 if name in TRIED_ONCE else RECEIVES,
        )

    def _resources(self) -> dict[str, Resource]:
        documents = self._documents()
        sockets_arn = self.format_arn(
            service="execute-api", resource=self.socket_api.api_id, resource_name=SOCKET_STAGE
        )
        found = {
            "documents": Resource(documents.bucket_arn, documents.bucket_name),
            "signing_key": self._key("SigningKey", kms.KeySpec.RSA_2048, kms.KeyUsage.SIGN_VERIFY),
            "derive_key": self._key("DeriveKey", kms.KeySpec.HMAC_256, kms.KeyUsage.GENERATE_VERIFY_MAC),
            "token_key": self._key("TokenKey", kms.KeySpec.SYMMETRIC_DEFAULT, kms.KeyUsage.ENCRYPT_DECRYPT),
            "bus": Resource(self.bus.event_bus_arn, self.bus.event_bus_name),
            "sockets": Resource(sockets_arn, self._socket_url("https")),
        }
        for name, queue in self.queues.items():
            found[name] = Resource(queue.queue.queue_arn, queue.queue.queue_url)
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
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _key(self, id: str, spec: kms.KeySpec, usage: kms.KeyUsage) -> Resource:
        key = kms.Key(
            self,
            id,
            description=f"leasing {self.stage_settings.name}: {id}",
            key_spec=spec,
            key_usage=usage,
            # AWS rotates symmetric keys only.
            enable_key_rotation=spec is kms.KeySpec.SYMMETRIC_DEFAULT or None,
            removal_policy=self.stage_settings.removal_policy,
        )
        return Resource(key.key_arn, key.key_id)
