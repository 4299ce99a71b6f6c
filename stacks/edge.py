"""The public entry points, which are opened last: the APIs' stages with their throttles and access logs.

The throttles protect the platform as a whole; the operations themselves count each caller's requests in Valkey
(`shared/kit/limits.py`).
"""

import json
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_apigateway as account
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.apis import SOCKET_STAGE
from stacks.parts.http_apis import HttpApi
from stacks.parts.platform import Platform

THROTTLE = (500, 1000)
"""Requests per second for each route, and the burst. No route has settings of its own: if a stage's settings name a
route that was moved or removed, no deployment succeeds (aws/serverless-application-model #1939)."""

SOCKET_THROTTLE = (1000, 2000)

# No query string and no header: both can carry a token.
HTTP_LOG = {
    "request": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "error": "$context.error.messageString",
    "function_error": "$context.integrationErrorMessage",
}
SOCKET_LOG = {
    "request": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "connection": "$context.connectionId",
    "event": "$context.eventType",
    "route": "$context.routeKey",
    "status": "$context.status",
    "function_error": "$context.integrationErrorMessage",
}


class EdgeStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        self._platform = platform
        for http_api in platform.http_apis:
            self._http_stage(http_api)
        self._socket_stage()

    def _logs(self, id: str) -> logs.LogGroup:
        stage = self._platform.stage
        return logs.LogGroup(self, id, retention=stage.retention, removal_policy=stage.removal_policy)

    def _http_stage(self, http_api: HttpApi) -> None:
        apigateway.CfnStage(
            self,
            f"{http_api.name}Stage",
            api_id=http_api.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=_throttled(THROTTLE),
            access_log_settings=_logged(self._logs(f"{http_api.name}Logs"), HTTP_LOG),
        )

    def _socket_stage(self) -> None:
        stage = apigateway.CfnStage(
            self,
            "SocketStage",
            api_id=self._platform.socket_api.api_id,
            stage_name=SOCKET_STAGE,
            auto_deploy=True,
            default_route_settings=_throttled(SOCKET_THROTTLE),
            access_log_settings=_logged(self._logs("SocketLogs"), SOCKET_LOG),
        )
        # WebSocket APIs write logs in a role of the account, of which there is one per region.
        writer = iam.Role(
            self,
            "LogWriter",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[
                iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
            ],
        )
        stage.add_resource_dependency(account.CfnAccount(self, "Account", cloud_watch_role_arn=writer.role_arn))


def _throttled(throttle: tuple[int, int]) -> apigateway.CfnStage.RouteSettingsProperty:
    rate, burst = throttle
    return apigateway.CfnStage.RouteSettingsProperty(throttling_rate_limit=rate, throttling_burst_limit=burst)


def _logged(group: logs.LogGroup, line: dict[str, str]) -> apigateway.CfnStage.AccessLogSettingsProperty:
    return apigateway.CfnStage.AccessLogSettingsProperty(destination_arn=group.log_group_arn, format=json.dumps(line))
