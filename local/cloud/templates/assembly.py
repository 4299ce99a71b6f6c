"""The synthesized templates: which resources there are, and what their intrinsic functions mean."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.cloud.account import ACCOUNT, REGION

PSEUDO: dict[str, Any] = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NotificationARNs": [],
    # The marker that a property is to be left out; `resolve` drops it.
    "AWS::NoValue": None,
}


class Unresolved(Exception):
    """The template contains something that this module does not support, or a reference to nothing."""


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource of one stack, its properties as the template has them."""

    stack: "Stack"
    logical_id: str
    type: str
    properties: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The same at every start, and unique to this resource."""
        return f"{self.stack.name}-{self.logical_id}"


@dataclass(eq=False)
class Stack:
    """One template, and the folders its file assets come from."""

    name: str
    body: Mapping[str, Any]
    assets: Mapping[str, Path]
    resources: dict[str, Resource] = field(default_factory=dict)


Attributes = Mapping[str, Any]
"""What a resource answers: its `Ref` under "Ref", its `Fn::GetAtt` attributes under their names."""


class Templates:
    """All stacks of a synthesized app, in the order in which they would be deployed."""

    def __init__(self, output: Path) -> None:
        manifest = json.loads((output / "manifest.json").read_text())
        self.stacks = [_read_stack(output, name, artifact) for name, artifact in _in_order(manifest["artifacts"])]
        self.assets = {key: path for stack in self.stacks for key, path in stack.assets.items()}
        self._exports = {
            self.resolve(output["Export"]["Name"], stack): (stack, output["Value"])
            for stack in self.stacks
            for output in stack.body.get("Outputs", {}).values()
            if "Export" in output
        }
        self._known: dict[Resource, Attributes] = {}
        self.create: Callable[[Resource], Attributes] = _not_created
        """Creates a resource when something first refers to it; set by the creator of resources."""

    def all(self, *types: str) -> list[Resource]:
        """Every resource of these types whose condition holds, in template order."""
        return [
            resource
            for stack in self.stacks
            for resource in stack.resources.values()
            if resource.type in types and self._exists(resource)
        ]

    def attributes(self, resource: Resource) -> Attributes:
        """The resource's values; creates it first if necessary."""
        if resource not in self._known:
            self._known[resource] = self.create(resource)
        return self._known[resource]

    def properties(self, resource: Resource) -> dict[str, Any]:
        """The resource's properties with every intrinsic function replaced by its value."""
        resolved: dict[str, Any] = self.resolve(resource.properties, resource.stack)
        return resolved

    def property(self, resource: Resource, name: str, default: Any = None) -> Any:
        """One property, resolved."""
        if name not in resource.properties:
            return default
        return self.resolve(resource.properties[name], resource.stack)

    def target(self, value: Any, stack: Stack) -> Resource | None:
        """The resource that a `Ref`, `Fn::GetAtt` or import stands for, None for anything else."""
        if not isinstance(value, dict) or len(value) != 1:
            return None
        function, argument = next(iter(value.items()))
        if function == "Ref":
            return stack.resources.get(argument)
        if function == "Fn::GetAtt":
            return stack.resources.get(_attribute(argument)[0])
        if function == "Fn::ImportValue":
            where, exported = self._exported(self.resolve(argument, stack))
            return self.target(exported, where)
        return None

    def resolve(self, value: Any, stack: Stack) -> Any:
        """The value with every intrinsic function replaced. Raises Unresolved."""
        if isinstance(value, list):
            return [item for item in (self.resolve(item, stack) for item in value) if item is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            function, argument = next(iter(value.items()))
            if function == "Ref":
                return self._ref(argument, stack)
            if function == "Condition" and isinstance(argument, str):
                return self._condition(argument, stack)
            if function.startswith("Fn::"):
                return self._function(function.removeprefix("Fn::"), argument, stack)
        resolved = {key: self.resolve(item, stack) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not None}

    def _ref(self, name: str, stack: Stack) -> Any:
        if name in PSEUDO:
            return PSEUDO[name]
        if name == "AWS::StackName":
            return stack.name
        if name == "AWS::StackId":
            return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack.name}/local"
        if name in stack.resources:
            return self.attributes(stack.resources[name])["Ref"]
        if name in stack.body.get("Parameters", {}):
            return stack.body["Parameters"][name].get("Default", "")
        raise Unresolved(f"{stack.name}: Ref {name}")

    def _function(self, function: str, argument: Any, stack: Stack) -> Any:
        match function:
            case "GetAtt":
                return self._get_att(argument, stack)
            case "ImportValue":
                where, exported = self._exported(self.resolve(argument, stack))
                return self.resolve(exported, where)
            case "Join":
                parts = self.resolve(argument[1], stack)
                return str(argument[0]).join(str(part) for part in parts)
            case "Sub":
                return self._sub(argument, stack)
            case "Select":
                return self.resolve(argument[1], stack)[int(self.resolve(argument[0], stack))]
            case "Split":
                return self.resolve(argument[1], stack).split(argument[0])
            case "If":
                return self.resolve(argument[1 if self._condition(argument[0], stack) else 2], stack)
            case "Equals":
                return self.resolve(argument[0], stack) == self.resolve(argument[1], stack)
            case "Not":
                return not self.resolve(argument[0], stack)
            case "And":
                return all(self.resolve(item, stack) for item in argument)
            case "Or":
                return any(self.resolve(item, stack) for item in argument)
            case "FindInMap":
                top, first, second = (self.resolve(item, stack) for item in argument[:3])
                return self.resolve(stack.body["Mappings"][top][first][second], stack)
            case "Base64":
                return base64.b64encode(str(self.resolve(argument, stack)).encode()).decode()
            case "GetAZs":
                return [f"{REGION}{letter}" for letter in "abc"]
            case "ToJsonString":
                return json.dumps(self.resolve(argument, stack))
            case _:
                raise Unresolved(f"{stack.name}: Fn::{function}")

    def _get_att(self, argument: Any, stack: Stack) -> Any:
        logical_id, attribute = _attribute(argument)
        resource = stack.resources.get(logical_id)
        if resource is None:
            raise Unresolved(f"{stack.name}: Fn::GetAtt {logical_id}.{attribute}")
        attributes = self.attributes(resource)
        if attribute not in attributes:
            raise Unresolved(f"{stack.name}: {resource.type} {logical_id} has no attribute {attribute}")
        return attributes[attribute]

    def _sub(self, argument: Any, stack: Stack) -> str:
        text: str = argument if isinstance(argument, str) else argument[0]
        given = {} if isinstance(argument, str) else argument[1]
        answer, rest = "", text
        while "${" in rest:
            before, _, rest = rest.partition("${")
            name, _, rest = rest.partition("}")
            answer += before
            if name.startswith("!"):
                answer += f"${{{name[1:]}}}"
            elif name in given:
                answer += str(self.resolve(given[name], stack))
            elif "." in name and name.partition(".")[0] in stack.resources:
                answer += str(self._get_att(name, stack))
            else:
                answer += str(self._ref(name, stack))
        return answer + rest

    def _condition(self, name: str, stack: Stack) -> bool:
        return bool(self.resolve(stack.body["Conditions"][name], stack))

    def _exists(self, resource: Resource) -> bool:
        condition = resource.stack.body["Resources"][resource.logical_id].get("Condition")
        return condition is None or self._condition(condition, resource.stack)

    def _exported(self, name: str) -> tuple[Stack, Any]:
        if name not in self._exports:
            raise Unresolved(f"no stack exports {name}")
        return self._exports[name]


def _attribute(argument: Any) -> tuple[str, str]:
    logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return str(logical_id), str(attribute)


def _not_created(resource: Resource) -> Attributes:
    raise Unresolved(f"{resource.name} is used before anything can be made")


def _in_order(artifacts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The stacks, each after those it depends on."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[tuple[str, Any]]:
        if name in done:
            return
        done.add(name)
        for dependency in artifacts[name].get("dependencies", []):
            yield from visit(dependency)
        if artifacts[name]["type"] == "aws:cloudformation:stack":
            yield name, artifacts[name]

    for name in artifacts:
        yield from visit(name)


def _read_stack(output: Path, name: str, artifact: Mapping[str, Any]) -> Stack:
    template = output / artifact["properties"]["templateFile"]
    body = json.loads(template.read_text())
    stack = Stack(artifact["properties"].get("stackName", name), body, _read_assets(template))
    for logical_id, entry in body.get("Resources", {}).items():
        stack.resources[logical_id] = Resource(stack, logical_id, entry["Type"], entry.get("Properties", {}))
    return stack


def _read_assets(template: Path) -> dict[str, Path]:
    """Object key of each file asset → where its source lies (staging is off: the folder itself)."""
    listing = template.with_name(template.name.replace(".template.json", ".assets.json"))
    if not listing.exists():
        return {}
    return {
        destination["objectKey"]: (template.parent / asset["source"]["path"]).resolve()
        for asset in json.loads(listing.read_text())["files"].values()
        if "path" in asset["source"]
        for destination in asset["destinations"].values()
    }
