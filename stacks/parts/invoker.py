"""Who may call a function: one role for each caller and stack, instead of a permission for each route."""

from collections.abc import Iterable

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct


def invoker(
    scope: Construct,
    id: str,
    functions: Iterable[lambda_.Function],
    service: str = "apigateway.amazonaws.com",
) -> iam.Role:
    """The role in which the service calls these functions and nothing else."""
    statement = iam.PolicyStatement(
        actions=["lambda:InvokeFunction"], resources=[function.function_arn for function in functions]
    )
    return iam.Role(
        scope,
        id,
        assumed_by=iam.ServicePrincipal(service),
        inline_policies={"invoke": iam.PolicyDocument(statements=[statement])},
    )


def invocation_uri(stack: Stack, function: lambda_.Function) -> str:
    """The function as API Gateway names it."""
    return (
        f"arn:{stack.partition}:apigateway:{stack.region}:lambda:path"
        f"/2015-03-31/functions/{function.function_arn}/invocations"
    )
