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
from aws_cdk import App
from aws_cdk.cx_api import CloudAssembly

from app import assemble
from shared.kit import catalog
from shared.kit.catalog import DATABASE_USERS, Operation
from stacks.findings import check
from stacks.leasing import DEFINITION
from stacks.parts import layers
from stacks.parts.routes import SILENT, route_key
from stacks.stage import stage_of

ROOT = Path(__file__).parents[2]
LIMIT = 450
DOCUSIGN = ("docusign.read", "docusign_keys.read")

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
    "s3:GetObject": "/*",
    "s3:PutObject": "/*",
    "s3:DeleteObject": "/*",
    "execute-api:ManageConnections": "/@connections/*",
    "lambda:InvokeFunction": ":*",
}
"""Actions on whatever is inside one named resource: its objects, sockets, versions."""


class Templates:
    """The templates of one stage, by stack, and what the tests ask them."""

    def __init__(self, assembly: CloudAssembly) -> None:
        self.assembly = assembly
        self.stacks: dict[str, dict[str, Any]] = {stack.id: stack.template["Resources"] for stack in assembly.stacks}

    def all(self, kind: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Stack, logical id and properties of every resource of the kind."""
        for stack, resources in self.stacks.items():
            for name, resource in resources.items():
                if resource["Type"] == kind:
                    yield stack, name, resource.get("Properties", {})

    def functions(self) -> dict[str, dict[str, Any]]:
        """Handler → properties of each of our functions."""
        return {
            properties["Handler"]: properties | {"stack": stack, "id": id}
            for stack, id, properties in self.all("AWS::Lambda::Function")
            if properties["Handler"].startswith("functions.")
        }

    def role_of(self, operation: Operation) -> list[dict[str, Any]]:
        """The policy statements in which the operation's function runs."""
        function = self.functions()[operation.handler]
        role = function["Role"]["Fn::GetAtt"][0]
        policies = self.stacks[function["stack"]][role]["Properties"]["Policies"]
        return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every statement that allows something, in roles and in policies of their own."""
        for stack, name, role in self.all("AWS::IAM::Role"):
            for policy in role.get("Policies", []):
                for statement in policy["PolicyDocument"]["Statement"]:
                    yield f"{stack}/{name}", statement
        for stack, name, policy in self.all("AWS::IAM::Policy"):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield f"{stack}/{name}", statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def synthesize(
    folder: Path, stage: str, operations: tuple[Operation, ...], *, checked: bool = False, **context: Any
) -> Templates:
    """The stage's templates; every layer is the same empty folder, which costs no download.

    Checked by CDK and cdk-nag only where asked for: that takes longer than all the rest.
    """
    layer = folder / "layer"
    layer.mkdir(parents=True)
    (layer / "empty").touch()
    settings = json.loads((ROOT / "cdk.json").read_text())["context"] | {"stage": stage} | context
    app = App(
        outdir=str(folder / "cdk.out"),
        context=settings,
        analytics_reporting=False,
        builtin_cloud_formation_validation=checked,
    )
    assemble(app, operations, layers=lambda name: layer)
    if checked:
        check(app, stage_of(app.node))
    return Templates(app.synth())


@pytest.fixture(scope="session")
def operations() -> tuple[Operation, ...]:
    return catalog.load()


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    return synthesize(tmp_path_factory.mktemp("local"), "local", operations)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    return synthesize(tmp_path_factory.mktemp("dev"), "dev", operations)


def test_synthesis_warns_of_nothing(local: Templates, dev: Templates) -> None:
    for templates in (local, dev):
        assert [message for stack in templates.assembly.stacks for message in stack.messages] == []


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
        assert [re.sub(".*Layer|[0-9A-F]{8}$", "", layer) for layer in layers_used] == list(operation.layers)


def test_every_endpoint_has_one_route(local: Templates, operations: tuple[Operation, ...]) -> None:
    routes = Counter((route["RouteKey"], route["AuthorizationType"]) for _, _, route in http_routes(local))
    assert routes == Counter(
        (route_key(operation), "CUSTOM" if operation.needs_authorizer else "NONE")
        for operation in operations
        if operation.kind == "endpoint"
    )


def test_every_event_of_a_socket_has_one_route(local: Templates, operations: tuple[Operation, ...]) -> None:
    routes = Counter(route["RouteKey"] for _, _, route in socket_routes(local))
    events = [operation.socket_route for operation in operations if operation.socket_route]
    events += [operation.socket.event for operation in operations if operation.socket]
    assert routes == Counter(events)


def test_a_socket_that_says_something_is_answered(local: Templates) -> None:
    answered = {answer["RouteId"]["Ref"] for _, _, answer in local.all("AWS::ApiGatewayV2::RouteResponse")}
    for _, name, route in socket_routes(local):
        assert (name in answered) == (route["RouteKey"] not in SILENT), route["RouteKey"]


def test_every_throttle_is_on_a_route_that_exists(local: Templates) -> None:
    throttled = {key for _, _, stage in local.all("AWS::ApiGatewayV2::Stage") for key in stage.get("RouteSettings", {})}
    assert throttled == {route["RouteKey"] for _, _, route in http_routes(local)}


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
        assert not writer or operation.writes, operation.name


def test_a_secret_is_read_by_those_alone_who_need_it(local: Templates, operations: tuple[Operation, ...]) -> None:
    readers = {
        operation.name: {use for use in operation.uses if use in ("admin_secret.read", *DOCUSIGN)}
        for operation in operations
        if "secretsmanager:GetSecretValue" in json.dumps(local.role_of(operation))
    }
    assert [name for name, uses in readers.items() if "admin_secret.read" in uses] == ["migrate_schema"]
    # What faces the internet cannot read what sends envelopes in our name.
    assert [name for name, uses in readers.items() if "docusign_keys.read" in uses] == ["receive_docusign"]
    assert all(len(uses) == 1 for uses in readers.values())


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


def test_no_stack_comes_near_the_limit_of_resources(dev: Templates) -> None:
    assert {name for name, resources in dev.stacks.items() if len(resources) >= LIMIT} == set()


def test_every_queue_has_dead_letters_and_an_alarm_on_them(local: Templates) -> None:
    watched = json.dumps([alarm for _, _, alarm in local.all("AWS::CloudWatch::Alarm")])
    for stack, name, queue in local.all("AWS::SQS::Queue"):
        if name in dead_letters(local):
            assert name in watched, f"{stack}/{name}"
        else:
            # Mail is tried four times within one receive (source 000, 10.3).
            receives = 1 if queue["QueueName"] == "leasing-local-mail.fifo" else 5
            assert queue["RedrivePolicy"]["maxReceiveCount"] == receives, f"{stack}/{name}"


def test_a_message_stays_hidden_long_enough(local: Templates, operations: tuple[Operation, ...]) -> None:
    queues = {queue["QueueName"]: queue for _, _, queue in local.all("AWS::SQS::Queue")}
    for operation in operations:
        if operation.kind in ("consumer", "worker"):
            name = f"leasing-local-{operation.queue or operation.name}"
            queue = queues.get(name) or queues[f"{name}.fifo"]
            assert queue["VisibilityTimeout"] >= 6 * operation.timeout, operation.name


def test_every_consumer_hears_what_it_declares(local: Templates, operations: tuple[Operation, ...]) -> None:
    heard = {rule["Description"].split(" ")[0]: rule["EventPattern"] for _, _, rule in local.all("AWS::Events::Rule")}
    assert heard == {
        operation.name: {"source": ["leasing"], "detail-type": list(operation.hears)}
        for operation in operations
        if operation.hears
    }


def test_the_bus_may_write_to_every_queue_and_its_dead_letters(local: Templates) -> None:
    for stack, name, rule in local.all("AWS::Events::Rule"):
        (target,) = rule["Targets"]
        for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"]):
            policies = [
                json.dumps(policy["PolicyDocument"])
                for where, _, policy in local.all("AWS::SQS::QueuePolicy")
                if where == stack and {"Ref": arn["Fn::GetAtt"][0]} in policy["Queues"]
            ]
            assert any("events.amazonaws.com" in policy for policy in policies), f"{stack}/{name}"


def test_every_reader_of_a_queue_reports_each_failure(local: Templates, operations: tuple[Operation, ...]) -> None:
    readers = list(local.all("AWS::Lambda::EventSourceMapping"))
    assert len(readers) == sum(operation.kind in ("consumer", "worker") for operation in operations)
    for _, name, reader in readers:
        assert reader["FunctionResponseTypes"] == ["ReportBatchItemFailures"], name


def test_every_job_has_its_schedule(local: Templates, operations: tuple[Operation, ...]) -> None:
    schedules = {
        schedule["Name"].removeprefix("leasing-local-"): schedule["ScheduleExpression"]
        for _, _, schedule in local.all("AWS::Scheduler::Schedule")
    }
    del schedules["sweep"]
    assert schedules == {operation.name: operation.schedule for operation in operations if operation.schedule}


def test_passwords_are_hashed_on_concurrency_of_their_own(local: Templates) -> None:
    reserved = {
        handler.rpartition(".")[2]
        for handler, function in local.functions().items()
        if "ReservedConcurrentExecutions" in function
    }
    assert reserved == {"confirm_password_reset", "login", "register"}


def test_the_archive_holds_every_handler_and_nothing_else(dev: Templates, operations: tuple[Operation, ...]) -> None:
    archives = {dev.functions()[operation.handler]["Code"]["S3Key"].removesuffix(".zip") for operation in operations}
    assert len(archives) == 1
    folder = Path(dev.assembly.directory) / f"asset.{archives.pop()}"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    modules = {f"{operation.module.replace('.', '/')}.py" for operation in operations}
    assert modules <= files
    assert {"shared/schema/migrate.py", "shared/kit/endpoint.py"} <= files
    assert {file.split("/")[0] for file in files} <= {"docs", "functions", "shared"}
    assert [file for file in files if re.search(r"__pycache__|\.pyc$|\.asl\.json$|(^|/)test", file)] == []


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
        }

    assert kinds(local) == kinds(dev)


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


def test_production_keeps_its_data_and_asks_for_what_only_its_owner_knows(
    tmp_path: Path, operations: tuple[Operation, ...]
) -> None:
    with pytest.raises(SystemExit, match="mail_domain"):
        synthesize(tmp_path / "unset", "prod", operations)
    prod = synthesize(
        tmp_path / "set",
        "prod",
        operations,
        cors_origins="https://app.example.com",
        mail_domain="example.com",
    )
    ((_, _, cluster),) = prod.all("AWS::RDS::DBCluster")
    assert (cluster["DeletionProtection"], cluster["BackupRetentionPeriod"]) == (True, 35)
    assert len(list(prod.all("AWS::RDS::DBProxy"))) == 1


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_cdk_nag_and_cfn_lint_find_nothing_new(tmp_path: Path, operations: tuple[Operation, ...], stage: str) -> None:
    synthesize(tmp_path, stage, operations, checked=True, cors_origins="https://a.example", mail_domain="a.example")
    templates = sorted(str(path) for path in tmp_path.glob("cdk.out/*.template.json"))
    lint = Path(sys.executable).parent / "cfn-lint"
    done = subprocess.run(
        [str(lint), "--config-file", str(ROOT / ".cfnlintrc.yaml"), "--template", *templates],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize(
    ("use", "vpc", "sentence"),
    [
        ("documents.shred", True, "choose one of"),
        ("admin_secret.read", True, "which the stack of bids lacks"),
        ("sockets.post", True, "cannot be reached from the network"),
    ],
)
def test_what_a_stack_cannot_give_fails_at_synthesis(
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
    return [route for route in templates.all("AWS::ApiGatewayV2::Route") if "HttpApi" in str(route[2]["ApiId"])]


def socket_routes(templates: Templates) -> list[tuple[str, str, dict[str, Any]]]:
    return [route for route in templates.all("AWS::ApiGatewayV2::Route") if "SocketApi" in str(route[2]["ApiId"])]


def dead_letters(templates: Templates) -> set[str]:
    return {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for _, _, queue in templates.all("AWS::SQS::Queue")
        if "RedrivePolicy" in queue
    }


def tasks(states: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every Task, also inside Map and Parallel."""
    for name, state in states.items():
        if state["Type"] == "Task":
            yield name, state
        branches = state.get("Branches", [])
        for inner in [*branches, state.get("ItemProcessor", {}), state.get("Iterator", {})]:
            yield from tasks(inner.get("States", {}))
