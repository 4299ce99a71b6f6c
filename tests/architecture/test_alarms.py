"""Queues that lose nothing, alarms that reach somebody, and runbooks that name what exists."""

import json
import re

import pytest

from shared.kit.catalog import Operation, of_kind
from shared.kit.consumer import ConsumerOperation, WorkerOperation
from tests.architecture.templates import ROOT, Templates, text_of

RUNBOOKS = ROOT / "docs" / "runbooks"


def test_every_queue_has_a_dead_letter_queue_with_an_alarm(local: Templates) -> None:
    watched = json.dumps([alarm for _, _, alarm in local.all("AWS::CloudWatch::Alarm")])
    for stack, name, queue in local.all("AWS::SQS::Queue"):
        if name in dead_letters(local):
            assert name in watched, f"{stack}/{name}"
        else:
            # Mail is tried four times within one receive (S0 §10.3).
            receives = RECEIVES.get(queue["QueueName"], 5)
            assert queue["RedrivePolicy"]["maxReceiveCount"] == receives, f"{stack}/{name}"


def test_every_alarm_notifies_somebody_and_names_its_runbook(dev: Templates) -> None:
    topics = {name for _, name, _ in dev.all("AWS::SNS::Topic")}
    alarms = list(dev.all("AWS::CloudWatch::Alarm"))
    assert len(alarms) > 40
    for stack, name, alarm in alarms:
        (page,) = re.findall(r"docs/runbooks/[a-z-]+\.md", alarm["AlarmDescription"])
        assert (ROOT / page).exists(), f"{stack}/{name}"
        assert any(topic in json.dumps(alarm["AlarmActions"]) for topic in topics), f"{stack}/{name}"


PROVIDERS = ("accounting.md", "docusign.md", "oauth.md", "phones.md")
RECEIVES = {"leasing-local-mail.fifo": 1, "leasing-local-device_pushes.fifo": 1, "leasing-local-texts.fifo": 2}
"""Of queues whose function counts its attempts itself."""
"""How to set one up, and what to try first: no alarm leads there."""


def test_every_runbook_is_named_by_an_alarm_or_in_the_list(dev: Templates) -> None:
    told = json.dumps([alarm["AlarmDescription"] for _, _, alarm in dev.all("AWS::CloudWatch::Alarm")])
    listed_pages = (RUNBOOKS / "README.md").read_text()
    for page in RUNBOOKS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in listed_pages, page.name
        assert page.name in ("README.md", *PROVIDERS) or f"docs/runbooks/{page.name}" in told, page.name


def test_a_runbook_names_only_what_exists(operations: tuple[Operation, ...]) -> None:
    names = {operation.name for operation in operations}
    for page in RUNBOOKS.glob("*.md"):
        text = page.read_text()
        for function in re.findall(r"function-name leasing-\$STAGE-(\w+)", text):
            assert function in names, f"{page.name}: {function}"
        for operation in re.findall(r'operation = "(\w+)"', text):
            assert operation in names, f"{page.name}: {operation}"
        for path in re.findall(r"(?:stacks|shared|functions|tests|docs)/[\w/.-]+\.\w+", text):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


@pytest.mark.parametrize(
    ("name", "topic", "threshold", "minutes"),
    [
        ("ErrorsCritical", "Critical", 1, 5),
        ("LatencyCritical", "Critical", 1000, 10),
        ("Connections", "Critical", 4 * 180 * 0.8, 5),
        ("Volume", "Critical", 0.8 * 128 * 1024**4, 15),
        ("LocalStorage", "Critical", 2 * 1024**3, 10),
        ("Unavailable", "Critical", 1, 180),
        ("SagaNeedsOperator", "Critical", 0, 5),
        ("ErrorsWarning", "Warning", 0.5, 15),
        ("LatencyWarning", "Warning", 500, 20),
        ("CacheHitsSpace", "Warning", 70, 30),
        ("FailedLogins", "Warning", 100, 5),
        ("SlowQueries", "Warning", 500, 10),
    ],
)
def test_the_alarms_of_s0_exist(dev: Templates, name: str, topic: str, threshold: float, minutes: int) -> None:
    """S0 §8.3; dev is probed each hour."""
    (alarm,) = [
        found for _, id, found in dev.all("AWS::CloudWatch::Alarm") if re.fullmatch(rf"{name}[0-9A-F]{{8}}", id)
    ]
    seconds = alarm.get("Period") or alarm["Metrics"][-1]["MetricStat"]["Period"]
    assert alarm["Threshold"] == pytest.approx(threshold)
    assert alarm["EvaluationPeriods"] * seconds == minutes * 60
    assert f"{topic}Alarms" in json.dumps(alarm["AlarmActions"])
    assert alarm["TreatMissingData"] == ("breaching" if name == "Unavailable" else "notBreaching")


def test_cloudwatch_may_publish_alarms(local: Templates) -> None:
    topics = {name for _, name, _ in local.all("AWS::SNS::Topic")}
    heard = {
        topic["Ref"]
        for _, _, policy in local.all("AWS::SNS::TopicPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Principal") == {"Service": "cloudwatch.amazonaws.com"}
        for topic in policy["Topics"]
    }
    assert heard == topics
    assert len(topics) == 2


def test_alarms_and_dashboard_read_existing_metrics(local: Templates) -> None:
    queues = {queue["QueueName"] for _, _, queue in local.all("AWS::SQS::Queue")}
    (page,) = [text_of(page["DashboardBody"]) for _, _, page in local.all("AWS::CloudWatch::Dashboard")]
    shown = page.replace("\\", "")
    assert set(re.findall(r'"QueueName","([^"]+)"', shown)) == queues
    ((_, _, machine),) = local.all("AWS::StepFunctions::StateMachine")
    assert f"stateMachine:{machine['StateMachineName']}" in shown
    ((_, _, cache),) = local.all("AWS::ElastiCache::ServerlessCache")
    assert f'"clusterId","{cache["ServerlessCacheName"]}"' in shown

    code = "".join(path.read_text() for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py"))
    counted = set(re.findall(r'\bcount\(\s*"(\w+)"', code))
    alarms = [alarm for _, _, alarm in local.all("AWS::CloudWatch::Alarm")]
    read = set(re.findall(r'"leasing/local","(\w+)"', shown)) | set(re.findall(r'MetricName="(\w+)"', shown))
    read |= {alarm["MetricName"] for alarm in alarms if alarm.get("Namespace") == "leasing/local"}
    assert read == counted


def test_a_saga_that_cannot_be_undone_raises_an_alarm(local: Templates) -> None:
    [(_, machine, _)] = local.all("AWS::StepFunctions::StateMachine")
    [alarm] = [
        alarm for _, _, alarm in local.all("AWS::CloudWatch::Alarm") if alarm.get("MetricName") == "ExecutionsFailed"
    ]

    assert machine in json.dumps(alarm["Dimensions"])
    assert (alarm["ComparisonOperator"], alarm["Threshold"], alarm["Statistic"]) == ("GreaterThanThreshold", 0, "Sum")
    assert alarm["EvaluationPeriods"] == 1
    assert alarm["AlarmActions"]


def test_the_visibility_timeout_is_long_enough(local: Templates, operations: tuple[Operation, ...]) -> None:
    queues = {queue["QueueName"]: queue for _, _, queue in local.all("AWS::SQS::Queue")}
    readers = [(operation.name, operation) for operation in of_kind(ConsumerOperation, operations)]
    readers += [(operation.queue, operation) for operation in of_kind(WorkerOperation, operations)]
    for name, operation in readers:
        queue = queues.get(f"leasing-local-{name}") or queues[f"leasing-local-{name}.fifo"]
        assert queue["VisibilityTimeout"] >= 6 * operation.timeout, operation.name


def test_every_consumer_gets_the_events_that_it_declares(local: Templates, operations: tuple[Operation, ...]) -> None:
    heard = {rule["Description"].split(" ")[0]: rule["EventPattern"] for _, _, rule in local.all("AWS::Events::Rule")}
    assert heard == {
        operation.name: {"source": ["leasing"], "detail-type": list(operation.hears)}
        for operation in of_kind(ConsumerOperation, operations)
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


def dead_letters(templates: Templates) -> set[str]:
    return {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for _, _, queue in templates.all("AWS::SQS::Queue")
        if "RedrivePolicy" in queue
    }
