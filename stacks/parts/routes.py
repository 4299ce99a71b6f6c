"""The HTTP and WebSocket routes of a word's operations, all invoked in one role."""

from collections.abc import Mapping, Sequence

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from shared.kit.catalog import HttpOperation, Operation
from shared.kit.socket import SocketOperation
from stacks.parts.http_apis import HttpApi, apis_of
from stacks.parts.invoker import invocation_uri, invoker
from stacks.parts.names import id_of

SILENT = frozenset({"$connect", "$disconnect"})
"""WebSocket routes that never answer with a frame."""


def route_keys(operation: HttpOperation) -> list[str]:
    """For example `POST /api/v1/bids`, and its second path; the special route `$default` has no method."""
    return [" ".join(part for part in (operation.method, path) if part) for path in operation.paths]


class Routes(Construct):
    def __init__(
        self,
        scope: Construct,
        *,
        operations: Sequence[HttpOperation | SocketOperation],
        functions: Mapping[str, lambda_.Function],
        http_apis: Sequence[HttpApi],
        socket_api_id: str,
    ) -> None:
        super().__init__(scope, "Routes")
        self._socket_api_id = socket_api_id
        called = [functions[operation.name] for operation in operations]
        self._role_arn = invoker(self, "Invoker", called).role_arn
        for operation, function in zip(operations, called, strict=True):
            if isinstance(operation, SocketOperation):
                self._socket(operation, operation.route, function)
                continue
            for number, http_api in enumerate(apis_of(operation, http_apis)):
                self._http(operation, function, http_api, http_api.name if number else "")
            if operation.socket:
                self._socket(operation, operation.socket.event, function)

    def _http(self, operation: HttpOperation, function: lambda_.Function, http_api: HttpApi, suffix: str) -> None:
        id = f"{id_of(operation)}{suffix}"
        integration = apigateway.CfnIntegration(
            self,
            f"{id}Integration",
            api_id=http_api.api.api_id,
            integration_type="AWS_PROXY",
            integration_uri=function.function_arn,
            credentials_arn=self._role_arn,
            payload_format_version="2.0",
        )
        for number, route_key in enumerate(route_keys(operation)):
            apigateway.CfnRoute(
                self,
                f"{id}Alias" if number else id,
                api_id=http_api.api.api_id,
                route_key=route_key,
                target=f"integrations/{integration.ref}",
                authorization_type="CUSTOM" if operation.needs_authorizer else "NONE",
                authorizer_id=http_api.authorizer_id if operation.needs_authorizer else None,
            )

    def _socket(self, operation: Operation, event: str, function: lambda_.Function) -> None:
        id = f"{id_of(operation)}Socket"
        answers = event not in SILENT
        integration = apigateway.CfnIntegration(
            self,
            f"{id}Integration",
            api_id=self._socket_api_id,
            integration_type="AWS_PROXY",
            integration_uri=invocation_uri(Stack.of(self), function),
            credentials_arn=self._role_arn,
        )
        route = apigateway.CfnRoute(
            self,
            id,
            api_id=self._socket_api_id,
            route_key=event,
            target=f"integrations/{integration.ref}",
            authorization_type="NONE",
            route_response_selection_expression="$default" if answers else None,
        )
        if answers:
            apigateway.CfnRouteResponse(
                self,
                f"{id}Answer",
                api_id=self._socket_api_id,
                route_id=route.ref,
                route_response_key="$default",
            )
