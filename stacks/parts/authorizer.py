"""The HTTP API's Lambda authorizer: who calls, asked at most once every 45 s for each token."""

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigateway

from stacks.parts.invoker import invocation_uri, invoker
from stacks.parts.operations import Operations

# Also how long a revoked session still works, which must stay under a minute.
TTL_SECONDS = 45


def authorizer(stack: Stack, api_id: str, operations: Operations) -> str:
    """Put the domain's one authorizer before the API; its id, for the routes behind it."""
    (function,) = operations.functions.values()
    found = apigateway.CfnAuthorizer(
        stack,
        "Authorizer",
        api_id=api_id,
        name=function.node.id,
        authorizer_type="REQUEST",
        authorizer_uri=invocation_uri(stack, function),
        authorizer_credentials_arn=invoker(stack, "AuthorizerInvoker", [function]).role_arn,
        authorizer_payload_format_version="2.0",
        authorizer_result_ttl_in_seconds=TTL_SECONDS,
        enable_simple_responses=True,
        identity_source=["$request.header.Authorization"],
    )
    return found.ref
