"""Events start, wake and fail the saga; what has finished is not disturbed. The machine runs in tests/journeys."""

import base64
import json
import os

import boto3
import pytest

from functions.leasing.resume_saga import resume_saga
from functions.leasing.start_saga import start_saga
from shared.kit.ids import new_id


@pytest.fixture(scope="module")
def machine(environment):
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    made = boto3.client("stepfunctions").create_state_machine(
        name="leasing", definition=json.dumps(definition), roleArn="arn:aws:iam::123456789012:role/saga"
    )
    assert made["stateMachineArn"] == os.environ["STATE_MACHINE_ARN"]
    return made["stateMachineArn"]


def event(name, **data):
    return {
        "id": new_id(),
        "name": name,
        "object_id": new_id(),
        "correlation_id": "deal-1",
        "actor": None,
        "data": data,
        "occurred_at": "2027-01-01T00:00:00Z",
    }


def test_an_approval_delivered_five_times_starts_one_execution(machine, invoke):
    contract = str(new_id())

    approved = event("bid.approved", contract_id=contract)
    assert invoke(start_saga, *[approved] * 3) == invoke(start_saga, approved) == []
    assert invoke(start_saga, event("contract.stalled", contract_id=contract)) == []

    client = boto3.client("stepfunctions")
    names = [one["name"] for one in client.list_executions(stateMachineArn=machine)["executions"]]
    assert names.count(contract) == 1
    execution = client.describe_execution(executionArn=machine.replace("stateMachine", "execution") + f":{contract}")
    assert json.loads(execution["input"]) == {"contract_id": contract, "correlation_id": "deal-1"}


@pytest.mark.parametrize("name", ["contract.fully_signed", "contract.declined", "contract.hold_ended"])
def test_a_decision_made_before_the_saga_waits_is_left_to_the_saga(invoke, name):
    assert invoke(resume_saga, event(name, signature_status="NONE", task_token=None)) == []


def test_a_decision_for_a_saga_that_has_moved_on_does_not_fail(invoke, environment):
    key = os.environ["TOKEN_KEY_ID"]
    sealed = boto3.client("kms").encrypt(KeyId=key, Plaintext=b"a token of long ago")["CiphertextBlob"]

    late = event("contract.declined", signature_status="NONE", task_token=base64.b64encode(sealed).decode())

    assert invoke(resume_saga, late) == []


def test_one_poisoned_message_of_ten_is_reported_alone(machine, invoke):
    events = [event("bid.approved", contract_id=str(new_id())) for _ in range(10)]
    del events[6]["data"]["contract_id"]

    assert invoke(start_saga, *events) == ["message-6"]
