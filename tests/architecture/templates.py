"""The synthesized templates, and what the tests ask them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aws_cdk import App
from aws_cdk.cx_api import CloudAssembly

from app import assemble
from shared.kit.catalog import Operation
from stacks.findings import check
from stacks.stage import stage_of

ROOT = Path(__file__).parents[2]
OWNER = {"cors_origins": "https://app.a.example", "mail_domain": "a.example"}
CHOSEN = {
    "backup_region": "eu-west-1",
    "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/3f9d6f6c-1111-4444-8888-123456789012",
    "closed": 'Back at 12:00 "UTC".',
    "domain": "api.a.example",
    "origin_secrets": "b,a",
    "region": "eu-central-1",
    "restores": "2027-03-01T10:15:00Z",
}
"""Everything that a stage may choose: another region, a domain, copies, a database put back."""


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
    folder: Path,
    stage: str,
    operations: tuple[Operation, ...],
    *,
    archives: Callable[[str], Path] | None = None,
    checked: bool = False,
    **context: Any,
) -> Templates:
    """The stage's templates; every layer is the same empty folder, which costs no download, and so is every archive.

    Checked by CDK and cdk-nag only where asked for: that takes longer than all the rest.
    """
    empty = folder / "empty"
    empty.mkdir(parents=True)
    (empty / "empty").touch()
    settings = json.loads((ROOT / "cdk.json").read_text())["context"] | {"stage": stage} | context
    app = App(
        outdir=str(folder / "cdk.out"),
        context=settings,
        analytics_reporting=False,
        builtin_cloud_formation_validation=checked,
    )
    assemble(app, operations, layers=lambda name: empty, archives=archives or (lambda word: empty))
    if checked:
        check(app, stage_of(app.node))
    return Templates(app.synth())
