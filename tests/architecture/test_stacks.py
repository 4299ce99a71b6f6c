"""What the stacks promise: each operation has what it declares and nothing else, and nothing gets lost."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.kit.catalog import DATABASE_USERS, HttpOperation, Operation, of_kind
from shared.kit.socket import SocketOperation
from shared.kit.task import JobOperation
from stacks.apis import HTTP_APIS
from stacks.leasing import DEFINITION
from stacks.parts import layers
from stacks.parts.routes import SILENT, route_keys
from tests.architecture.templates import ROOT, Templates, listed, synthesize, text_of

LIMIT = 450
ISSUED = ("docusign.read", "docusign_keys.read", "oauth.read", "export_secrets.read")
ISSUED += ("accounting_apps.read", "accounting_tokens.read", "twilio.read", "push_apps.read")

WHOLE_SERVICE = {
    "xray:PutTelemetryRecords": "AWS knows no resource to name for traces",
    "xray:PutTraceSegments": "as above",
    "xray:GetSamplingRules": "as above",
    "xray:GetSamplingTargets": "as above",
    "ec2:CreateNetworkInterface": "Lambda checks for exactly this before it puts a function into the network",
    "ec2:DeleteNetworkInterface": "as above",
    "ec2:DescribeNetworkInterfaces": "as above",
    "logs:CreateLogDelivery": "Step Functions' log deliveries have no resource to name",
    "logs:DeleteLogDelivery": "as above",
    "logs:DescribeLogGroups": "as above",
    "logs:DescribeResourcePolicies": "as above",
    "logs:GetLogDelivery": "as above",
    "logs:ListLogDeliveries": "as above",
    "logs:PutResourcePolicy": "as above",
    "logs:UpdateLogDelivery": "as above",
}
"""Actions that stand with the resource `*`, and why they must."""

PARTS = {
    "sns:CreatePlatformEndpoint": ":app/",
    "sns:Publish": ":endpoint/",
    "sns:DeleteEndpoint": ":endpoint/",
    "s3:GetObject": "/*",
    "s3:GetObjectVersion": "/*",
    "s3:PutObject": "/*",
    "s3:DeleteObject": "/*",
    "s3:AbortMultipartUpload": "/*",
    "secretsmanager:GetSecretValue": "/*",
    "secretsmanager:CreateSecret": "/*",
    "secretsmanager:PutSecretValue": "/*",
    "secretsmanager:DeleteSecret": "/*",
    "execute-api:ManageConnections": "/@connections/*",
    "lambda:InvokeFunction": ":*",
}
"""Actions on whatever is inside one named resource: its objects, sockets, versions."""


def test_synthesis_warns_of_nothing(local: Templates, dev: Templates, prod: Templates, elsewhere: Templates) -> None:
    """cdk-nag has looked at all but the local ones; what it finds ends the synthesis."""
    for templates in (local, dev, prod, elsewhere):
        assert [message for stack in templates.assembly.stacks for message in stack.messages] == []


def test_cfn_lint_finds_nothing(dev: Templates, prod: Templates, elsewhere: Templates) -> None:
    # Most stacks of production are development's with other names: linting them again takes long and finds nothing.
    files = [f"{dev.assembly.directory}/{name}.template.json" for name in dev.stacks]
    files += [f"{prod.assembly.directory}/{name}.template.json" for name in ("Database", "Observability")]
    chosen = ("Backup", "Copies", "Database", "Front")
    files += [f"{elsewhere.assembly.directory}/{name}.template.json" for name in chosen]
    files.append(str(ROOT / ".github" / "deploy-role.yaml"))
    lint = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run(
        [str(lint), "--config-file", str(ROOT / ".cfnlintrc.yaml"), "--template", *files],
        cwd=dev.assembly.directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_every_operation_has_one_function(local: Templates, operations: tuple[Operation, ...]) -> None:
    handlers = Counter(
        properties["Handler"]
        for _, _, properties in local.all("AWS::Lambda::Function")
        if properties["Handler"].startswith("functions.")
    )
    assert handlers == Counter(operation.handler for operation in operations)


def test_every_function_runs_as_declared(dev: Templates, operations: tuple[Operation, ...]) -> None:
    for operation in operations:
        function = dev.functions()[operation.handler]
        layers_used = [layer["Ref"] for layer in function["Layers"]]
        assert function["Timeout"] == operation.timeout, operation.name
        assert function["MemorySize"] == operation.memory, operation.name
        assert ("VpcConfig" in function) == operation.vpc, operation.name
        assert [re.sub(".*Layer|[0-9A-F]{8}$", "", layer) for layer in layers_used] == sorted(operation.layers)


def test_every_endpoint_has_one_route(local: Templates, operations: tuple[Operation, ...]) -> None:
    routes = Counter((route["RouteKey"], route["AuthorizationType"]) for _, _, route in http_routes(local))
    assert routes == Counter(
        (route_key, "CUSTOM" if operation.needs_authorizer else "NONE")
        for operation in of_kind(HttpOperation, operations)
        # What answers where nothing else does is in every API.
        for _ in range(1 if operation.method else len(HTTP_APIS))
        for route_key in route_keys(operation)
    )


def test_every_event_of_a_socket_has_one_route(local: Templates, operations: tuple[Operation, ...]) -> None:
    routes = Counter(route["RouteKey"] for _, _, route in socket_routes(local))
    events = [operation.route for operation in of_kind(SocketOperation, operations)]
    events += [operation.socket.event for operation in of_kind(HttpOperation, operations) if operation.socket]
    assert routes == Counter(events)


def test_a_two_way_socket_route_returns_its_answer(local: Templates) -> None:
    answered = {answer["RouteId"]["Ref"] for _, _, answer in local.all("AWS::ApiGatewayV2::RouteResponse")}
    for _, name, route in socket_routes(local):
        assert (name in answered) == (route["RouteKey"] not in SILENT), route["RouteKey"]


def test_the_gateway_caches_authorizations_for_at_most_a_minute(
    local: Templates, dev: Templates, prod: Templates, operations: tuple[Operation, ...]
) -> None:
    """It keeps what the authorizer, which may have begun to answer before the end, has told it of a token."""
    (authorize,) = (operation for operation in operations if operation.kind == "authorizer")
    for templates in (local, dev, prod):
        kept = [each["AuthorizerResultTtlInSeconds"] for _, _, each in templates.all("AWS::ApiGatewayV2::Authorizer")]
        assert len(kept) == len(HTTP_APIS)
        assert all(authorize.timeout + seconds < 60 for seconds in kept)


def test_every_route_is_throttled_and_no_stage_names_one_that_may_go(local: Templates) -> None:
    for _, _, stage in local.all("AWS::ApiGatewayV2::Stage"):
        assert stage["DefaultRouteSettings"].keys() == {"ThrottlingRateLimit", "ThrottlingBurstLimit"}
        assert "RouteSettings" not in stage


def test_a_function_logs_in_only_as_its_declared_role(local: Templates, operations: tuple[Operation, ...]) -> None:
    for operation in operations:
        logins = {
            login
            for statement in local.role_of(operation)
            if "rds-db:connect" in listed(statement["Action"])
            for login in re.findall(r"app_\w+", json.dumps(statement["Resource"]))
        }
        expected = DATABASE_USERS.get(operation.database) if operation.database else None
        assert logins == ({expected} if expected else set()), operation.name


def test_only_what_writes_logs_in_as_the_writer(local: Templates, operations: tuple[Operation, ...]) -> None:
    for operation in operations:
        writer = "/app_user" in json.dumps(local.role_of(operation))
        # What a socket follows is kept with the socket: nothing of the platform's data changes.
        assert not writer or operation.writes or operation.name in ("subscribe", "unsubscribe"), operation.name


def test_only_functions_that_need_a_secret_can_read_it(local: Templates, operations: tuple[Operation, ...]) -> None:
    readers = {
        operation.name: {use for use in operation.uses if use in ("admin_secret.read", *ISSUED)}
        for operation in operations
        if "secretsmanager:GetSecretValue" in json.dumps(local.role_of(operation))
    }
    assert [name for name, uses in readers.items() if "admin_secret.read" in uses] == ["migrate_schema"]
    # What faces the internet cannot read what sends envelopes in our name.
    assert [name for name, uses in readers.items() if "docusign_keys.read" in uses] == ["receive_docusign"]
    assert {name for name, uses in readers.items() if "oauth.read" in uses} == {"start_oauth", "finish_oauth"}
    assert [name for name, uses in readers.items() if "export_secrets.read" in uses] == ["deliver_export"]
    # Twilio signs with the token that it knows us by.
    assert {name for name, uses in readers.items() if "twilio.read" in uses} == {"send_text", "receive_twilio"}
    assert [name for name, uses in readers.items() if "push_apps.read" in uses] == ["send_push"]
    # Tokens of organizations are for the one function that talks to the providers; it authenticates as us there.
    accounting = {"accounting_apps.read", "accounting_tokens.read"}
    assert {name: uses for name, uses in readers.items() if uses & accounting} == {
        "start_integration": {"accounting_apps.read"},
        "call_accounting": accounting,
    }
    assert all(len(uses) == 1 for name, uses in readers.items() if name != "call_accounting")


def test_no_policy_allows_everything(dev: Templates) -> None:
    for where, statement in dev.statements():
        actions, resources = listed(statement["Action"]), listed(statement["Resource"])
        assert statement["Effect"] == "Allow"
        assert [action for action in actions if "*" in action] == [], where
        if "*" in resources:
            assert [action for action in actions if action not in WHOLE_SERVICE] == [], where
        inside = [text_of(part) for part in resources if part != "*" and "*" in text_of(part)]
        for action in actions if inside else []:
            assert [part for part in inside if PARTS.get(action, "?") not in part] == [], f"{where} {action}"


def test_no_stack_comes_near_the_limit_of_resources(dev: Templates, prod: Templates) -> None:
    for templates in (dev, prod):
        assert {name for name, resources in templates.stacks.items() if len(resources) >= LIMIT} == set()


def test_every_job_has_its_schedule(local: Templates, operations: tuple[Operation, ...]) -> None:
    schedules = {
        schedule["Name"].removeprefix("leasing-local-"): schedule["ScheduleExpression"]
        for _, _, schedule in local.all("AWS::Scheduler::Schedule")
    }
    del schedules["sweep"]
    assert schedules == {job.name: job.schedule for job in of_kind(JobOperation, operations)}


def test_password_hashing_has_its_own_concurrency(local: Templates) -> None:
    reserved = {
        handler.rpartition(".")[2]
        for handler, function in local.functions().items()
        if "ReservedConcurrentExecutions" in function
    }
    assert reserved == {
        "accept_invitation",
        "confirm_password_reset",
        "disable_second_factor",
        "login",
        "register",
    }


def test_two_syntheses_give_the_same_hashes(local: Templates, tmp_path: Path) -> None:
    """The second one in a process of its own, as `make synth` runs it: nothing is remembered between them."""
    environment = os.environ | {
        "CDK_OUTDIR": str(tmp_path),
        "CDK_CONTEXT_JSON": '{"stage": "local"}',
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    again = {path.name.partition(".")[0]: path for path in tmp_path.glob("*.template.json")}
    assert (done.stdout, done.stderr) == ("", "")
    assert {name: json.loads(path.read_text())["Resources"] for name, path in again.items()} == local.stacks


def test_the_local_templates_have_the_same_resources(local: Templates, dev: Templates) -> None:
    def kinds(templates: Templates) -> dict[str, Counter[str]]:
        return {
            name: Counter(
                resource["Type"] for resource in resources.values() if resource["Type"] != "AWS::Lambda::LayerVersion"
            )
            for name, resources in templates.stacks.items()
            if name not in ("Front", "LocalFront")
        }

    assert kinds(local) == kinds(dev)
    assert dev.stacks.keys() - local.stacks.keys() == {"Front"}
    # CloudFront before public files alone.
    assert local.stacks.keys() - dev.stacks.keys() == {"LocalFront"}


def test_functions_are_deployed_after_the_migration(dev: Templates, operations: tuple[Operation, ...]) -> None:
    stacks = {stack.id: stack for stack in dev.assembly.stacks}
    # The authorizer stands with the APIs, before everything.
    words = {operation.word.title() for operation in operations} - {"System"}
    for word in words:
        assert "System" in {dependency.id for dependency in stacks[word].dependencies}, word
    assert words <= {dependency.id for dependency in stacks["Edge"].dependencies}


def test_every_step_of_the_saga_can_fail_safely() -> None:
    for name, state in tasks(json.loads(DEFINITION.read_text())["States"]):
        assert state.get("TimeoutSeconds"), name
        assert state.get("Retry"), name
        assert state.get("Catch"), name


def test_the_saga_calls_every_step_and_no_other_function(local: Templates, operations: tuple[Operation, ...]) -> None:
    ((_, _, machine),) = local.all("AWS::StepFunctions::StateMachine")
    steps = {operation.name for operation in operations if operation.kind == "step"}
    assert set(machine["DefinitionSubstitutions"]) == steps
    assert set(re.findall(r"\$\{(\w+)\}", machine["DefinitionString"])) == steps


@pytest.mark.parametrize(
    ("use", "vpc", "sentence"),
    [
        ("documents.shred", True, "choose one of"),
        ("admin_secret.read", True, "which the stack of bids lacks"),
        ("sockets.post", True, "cannot be reached from the network"),
    ],
)
def test_a_missing_resource_fails_at_synthesis(
    tmp_path: Path, operations: tuple[Operation, ...], use: str, vpc: bool, sentence: str
) -> None:
    broken = tuple(
        replace(operation, uses=(use,), vpc=vpc) if operation.name == "place_bid" else operation
        for operation in operations
    )
    with pytest.raises(ValueError, match=sentence):
        synthesize(tmp_path, "local", broken)


def test_layers_are_locked_by_hash() -> None:
    for name in layers.NAMES:
        lines = (layers.ROOT / name / "requirements.txt").read_text().splitlines()
        pins = [line for line in lines if "==" in line]
        assert pins
        assert len(pins) == sum("--hash=sha256:" in line for line in lines), name


def test_every_layer_an_operation_names_exists(operations: tuple[Operation, ...]) -> None:
    assert {name for operation in operations for name in operation.layers} <= set(layers.NAMES)


def http_routes(templates: Templates) -> list[tuple[str, str, dict[str, Any]]]:
    return [route for route in templates.all("AWS::ApiGatewayV2::Route") if "SocketApi" not in str(route[2]["ApiId"])]


def socket_routes(templates: Templates) -> list[tuple[str, str, dict[str, Any]]]:
    return [route for route in templates.all("AWS::ApiGatewayV2::Route") if "SocketApi" in str(route[2]["ApiId"])]


def tasks(states: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every Task, also inside Map and Parallel."""
    for name, state in states.items():
        if state["Type"] == "Task":
            yield name, state
        branches = state.get("Branches", [])
        for inner in [*branches, state.get("ItemProcessor", {}), state.get("Iterator", {})]:
            yield from tasks(inner.get("States", {}))
