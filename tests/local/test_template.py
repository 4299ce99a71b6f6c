"""Intrinsic functions mean what CloudFormation says."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.cloud.templates.assembly import Resource, Templates, Unresolved

PRODUCER = {
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}, "Off": {"Type": "AWS::SQS::Queue", "Condition": "IsProd"}},
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Parameters": {"Stage": {"Type": "String", "Default": "local"}},
    "Mappings": {"Sizes": {"local": {"Small": "1"}}},
    "Outputs": {
        "Shared": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}, "Export": {"Name": "producer:queue"}},
    },
}
CONSUMER = {"Resources": {"Role": {"Type": "AWS::IAM::Role"}}}


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    artifacts = {}
    # The consumer is listed first: what it depends on must come first all the same.
    for name, body, needs in (("consumer", CONSUMER, ["producer"]), ("producer", PRODUCER, [])):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(body))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": f"{name}.template.json", "stackName": name},
            "dependencies": needs,
        }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    read = Templates(tmp_path)
    read.create = _create
    return read


def _create(resource: Resource) -> dict[str, Any]:
    return {"Ref": f"the {resource.logical_id}", "Arn": f"arn:aws:x:us-east-1:1:{resource.logical_id}", "List": [1, 2]}


CASES: list[tuple[Any, Any]] = [
    ("text", "text"),
    ({"Ref": "Queue"}, "the Queue"),
    ({"Ref": "Stage"}, "local"),
    ({"Ref": "AWS::Region"}, "us-east-1"),
    ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:aws:x:us-east-1:1:Queue"),
    ({"Fn::GetAtt": "Queue.Arn"}, "arn:aws:x:us-east-1:1:Queue"),
    ({"Fn::Join": ["-", ["a", {"Ref": "Queue"}]]}, "a-the Queue"),
    ({"Fn::Join": ["", {"Fn::Split": [":", "a:b"]}]}, "ab"),
    ({"Fn::Select": [1, ["a", "b"]]}, "b"),
    ({"Fn::Select": ["6", {"Fn::Split": [":", {"Fn::Join": [":", list("0123456")]}]}]}, "6"),
    ({"Fn::Sub": "${Queue} ${Queue.Arn} ${AWS::AccountId} ${!kept}"}, None),
    ({"Fn::Sub": ["${own} ${Stage}", {"own": {"Ref": "Queue"}}]}, "the Queue local"),
    ({"Fn::If": ["IsProd", 1, 2]}, 2),
    ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Small"]}, "1"),
    ({"Fn::ImportValue": "producer:queue"}, "arn:aws:x:us-east-1:1:Queue"),
    ({"Fn::Base64": "a"}, "YQ=="),
    ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
    ({"Fn::GetAtt": ["Queue", "List"]}, [1, 2]),
]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_intrinsic_functions_are_replaced(templates: Templates, value: Any, expected: Any) -> None:
    if expected is None:
        expected = "the Queue arn:aws:x:us-east-1:1:Queue 123456789012 ${kept}"

    assert templates.resolve(value, templates.stacks[0]) == expected


def test_stacks_are_ordered_by_their_dependencies(templates: Templates) -> None:
    assert [stack.name for stack in templates.stacks] == ["producer", "consumer"]


def test_a_resource_with_a_false_condition_is_left_out(templates: Templates) -> None:
    assert [resource.logical_id for resource in templates.all("AWS::SQS::Queue")] == ["Queue"]


def test_an_import_resolves_to_its_resource(templates: Templates) -> None:
    target = templates.target({"Fn::ImportValue": "producer:queue"}, templates.stacks[1])

    assert target is not None and target.name == "producer-Queue"


@pytest.mark.parametrize(
    "value", [{"Ref": "Nobody"}, {"Fn::GetAtt": ["Queue", "Nothing"]}, {"Fn::ImportValue": "x"}, {"Fn::Cidr": []}]
)
def test_an_unresolved_reference_is_an_error(templates: Templates, value: Any) -> None:
    with pytest.raises(Unresolved):
        templates.resolve(value, templates.stacks[0])
