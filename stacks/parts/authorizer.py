"""The HTTP APIs' Lambda authorizer, which identifies the caller: at most one call per token every 45 s."""

from collections.abc import Sequence
from dataclasses import replace

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigateway

from stacks.parts.http_apis import HttpApi
from stacks.parts.invoker import invocation_uri, invoker
from stacks.parts.operations import Operations

# A revoked session still works for this long, which must stay under a minute.
TTL_SECONDS = 45


def guarded(stack: Stack, http_apis: Sequence[HttpApi], operations: Operations) -> tuple[HttpApi, ...]:
    """Put the platform's one authorizer before each API; the APIs with its id, for the routes behind them."""
    (function,) = operations.functions.values()
    role = invoker(stack, "AuthorizerInvoker", [function])
    found = []
    for number, http_api in enumerate(http_apis):
        authorizer = apigateway.CfnAuthorizer(
            stack,
            f"{http_api.name}Authorizer" if number else "Authorizer",
            api_id=http_api.api.api_id,
            name=function.node.id,
            authorizer_type="REQUEST",
            authorizer_uri=invocation_uri(stack, function),
            authorizer_credentials_arn=role.role_arn,
            authorizer_payload_format_version="2.0",
            authorizer_result_ttl_in_seconds=TTL_SECONDS,
            enable_simple_responses=True,
            identity_source=["$request.header.Authorization"],
        )
        found.append(replace(http_api, authorizer_id=authorizer.ref))
    return tuple(found)
