"""The permissions that AWS's own services need, checked at the start.

Nothing here refuses these calls when they happen, and in AWS some of them fail silently (EventBridge drops what a
queue's policy does not permit). So a stack that lacks one of them does not start at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.cloud.account import ACCOUNT, REGION
from local.cloud.aws.permissions import Demand, Statement, allowed
from local.cloud.lambdas.function import Function
from local.cloud.problem import Problem
from local.cloud.templates.resources import Resources

Policies = Mapping[str, Sequence[Statement]]

READING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def check_grants(resources: Resources, functions: Mapping[str, Function], policies: Policies) -> None:
    """Raises Problem naming every grant that is missing."""
    checks = (
        *_events_into_queues(resources),
        *_schedules(resources, policies),
        *_queues_into_functions(resources, functions, policies),
        *_routes(resources, policies),
        *_data(resources, functions, policies),
    )
    if checks:
        raise Problem("The stacks lack grants: " + "; ".join(checks) + ". Add them where those are declared.")


def _events_into_queues(resources: Resources) -> Iterator[str]:
    templates = resources.templates
    statements: list[Statement] = []
    for policy in templates.all("AWS::SQS::QueuePolicy"):
        document = templates.property(policy, "PolicyDocument")
        statements += [each for each in document["Statement"] if _is_for(each, "events.amazonaws.com")]
    for rule in templates.all("AWS::Events::Rule"):
        context = {"aws:SourceArn": templates.attributes(rule)["Arn"], "aws:SecureTransport": "true"}
        for target in templates.property(rule, "Targets", []):
            if not allowed(statements, Demand("sqs:SendMessage", target["Arn"], context)):
                yield f"EventBridge's rule {rule.logical_id} may not send to {_last(target['Arn'])}"


def _schedules(resources: Resources, policies: Policies) -> Iterator[str]:
    for schedule in resources.templates.all("AWS::Scheduler::Schedule"):
        target = resources.templates.property(schedule, "Target")
        demand = Demand("lambda:InvokeFunction", target["Arn"])
        if ":lambda:" in target["Arn"] and not allowed(policies.get(target["RoleArn"], []), demand):
            yield f"the schedule {schedule.logical_id} may not invoke {_last(target['Arn'])}"


def _queues_into_functions(
    resources: Resources, functions: Mapping[str, Function], policies: Policies
) -> Iterator[str]:
    for mapping in resources.templates.all("AWS::Lambda::EventSourceMapping"):
        properties = resources.templates.properties(mapping)
        function = functions.get(_last(properties["FunctionName"]))
        statements = policies.get(function.role, []) if function else []
        for action in READING:
            if not allowed(statements, Demand(action, properties["EventSourceArn"])):
                yield f"{_last(properties['FunctionName'])} may not {action} on its queue"


def _routes(resources: Resources, policies: Policies) -> Iterator[str]:
    templates = resources.templates
    invited = {
        _last(templates.property(permission, "FunctionName"))
        for permission in templates.all("AWS::Lambda::Permission")
        if templates.property(permission, "Principal") == "apigateway.amazonaws.com"
    }
    callers = [
        *((each, "IntegrationUri", "CredentialsArn") for each in templates.all("AWS::ApiGatewayV2::Integration")),
        *(
            (each, "AuthorizerUri", "AuthorizerCredentialsArn")
            for each in templates.all("AWS::ApiGatewayV2::Authorizer")
        ),
    ]
    for caller, uri, credentials in callers:
        arn = _function_arn(templates.property(caller, uri))
        role = templates.property(caller, credentials)
        if _last(arn) not in invited and not allowed(policies.get(role, []), Demand("lambda:InvokeFunction", arn)):
            yield f"API Gateway may not invoke {_last(arn)}"


def _data(resources: Resources, functions: Mapping[str, Function], policies: Policies) -> Iterator[str]:
    """Functions log in through IAM: PostgreSQL and Redis on this machine require no password."""
    templates = resources.templates
    logins = [_login(templates.attributes(each)) for each in templates.all("AWS::RDS::DBCluster", "AWS::RDS::DBProxy")]
    caches = [templates.attributes(each)["ARN"] for each in templates.all("AWS::ElastiCache::ServerlessCache")]
    for function in functions.values():
        statements = policies.get(function.role, [])
        if user := function.environment.get("DATABASE_USER"):
            if not any(allowed(statements, Demand("rds-db:connect", f"{each}/{user}")) for each in logins):
                yield f"{function.name} may not rds-db:connect as {user}"
        if "VALKEY_HOST" in function.environment:
            if not any(allowed(statements, Demand("elasticache:Connect", each)) for each in caches):
                yield f"{function.name} may not elasticache:Connect"


def _login(attributes: Mapping[str, Any]) -> str:
    proxy = str(attributes["DBProxyArn"]).rpartition(":")[2]
    identifier = proxy if proxy.startswith("prx-") else attributes["DBClusterResourceId"]
    return f"arn:aws:rds-db:{REGION}:{ACCOUNT}:dbuser:{identifier}"


def _is_for(statement: Statement, service: str) -> bool:
    principal = statement.get("Principal", {})
    named = principal.get("Service", []) if isinstance(principal, dict) else principal
    return named == "*" or service in (named if isinstance(named, list) else [named])


def _function_arn(uri: str) -> str:
    return uri.partition("/functions/")[2].removesuffix("/invocations") if "/functions/" in uri else uri


def _last(arn: str) -> str:
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 and parts[2] == "lambda" else parts[-1]
