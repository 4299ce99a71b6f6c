"""The saga's machine itself, as deployed, run by moto's interpreter over the real steps; any of them can fail.

Only the pauses between retries are left out: they decide how long a fault may last, not what happens then.
"""

import json
import os
import re
import time
from collections import defaultdict
from pathlib import Path

import boto3
import pytest
from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from functions.contracts.decline_contract import decline_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.cancel_payments import cancel_payments
from functions.leasing.end_holds import end_holds
from functions.leasing.release_space import release_space
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.resume_saga import resume_saga
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from tests.call import call, invoke, together
from tests.leasing.deal import Deal
from tests.serving import serve
from tests.world import close_connections

DEFINITION = Path(__file__).parents[2] / "functions" / "leasing" / "leasing.asl.json"
FORWARD = [render_lease, request_signatures, schedule_payments, activate_contract]
BACK = [cancel_payments, void_contract, release_space]
STEPS = {step.operation.name: step for step in FORWARD + BACK}

FAULTS = {
    "error": (200, {"errorType": "OperationalError", "errorMessage": "gone"}),
    "timeout": (200, {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 30.00 seconds"}),
    "throttle": (429, {"Type": "User", "message": "Rate Exceeded.", "__type": "TooManyRequestsException"}),
}


class Machine:
    """The deployed machine with the steps behind it; `faults[step]` come before the step succeeds."""

    def __init__(self, world, call, invoke):
        self.world, self.call, self.invoke = world, call, invoke
        self.faults = defaultdict(list)
        self.asked = []
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, self.serve, threaded=True)
        serve(self.server)
        self.client = boto3.client("stepfunctions", endpoint_url=f"http://127.0.0.1:{self.server.port}")
        text = re.sub(r"\$\{(\w+)\}", r"arn:aws:lambda:us-east-1:123456789012:function:\1", DEFINITION.read_text())
        role = "arn:aws:iam::123456789012:role/saga"
        made = self.client.create_state_machine(name=f"saga-{self.server.port}", definition=text, roleArn=role)
        self.arn = made["stateMachineArn"]

    def serve(self, environ, start_response):
        invoked = re.fullmatch(r"/2015-03-31/functions/(?:.*:)?(\w+)/invocations", environ["PATH_INFO"])
        if invoked is None:
            return self.moto(environ, start_response)
        name, payload = invoked[1], json.loads(Request(environ).get_data())
        self.asked.append(name)
        headers = {"x-amzn-RequestId": "test"}
        try:
            status, answer = self.run(name, payload)
        finally:
            close_connections()
        if status == 200 and answer is not None:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if status == 429:
            headers["x-amzn-ErrorType"] = "TooManyRequestsException"
        return Response(json.dumps(answer), status, headers)(environ, start_response)

    def run(self, name, payload):
        if self.faults[name]:
            return FAULTS[self.faults[name].pop(0)]
        try:
            return 200, STEPS[name](payload, None)
        except Exception as error:  # noqa: BLE001 (what the Lambda runtime tells Step Functions)
            return 200, {"errorType": type(error).__name__, "errorMessage": str(error)}

    def start(self, deal):
        self.client.start_execution(stateMachineArn=self.arn, name=deal.contract, input=json.dumps(deal.input))

    def outcome(self, deal):
        execution = self.arn.replace("stateMachine", "execution") + f":{deal.contract}"

        def ended():
            return self.client.describe_execution(executionArn=execution)["status"] != "RUNNING"

        eventually(ended)
        return self.client.describe_execution(executionArn=execution)["status"]

    def waits(self, deal):
        eventually(lambda: deal.row()["task_token"] is not None)

    def wake(self, deal):
        """Deliver the deal's decisions to the consumer that resumes the saga."""
        heard = [one for one in self.world.event_details(deal.contract) if one["name"] in resume_saga.operation.hears]
        assert self.invoke(resume_saga, *heard) == []

    def sign(self, deal):
        self.waits(deal)
        assert deal.sign(deal.client).status == deal.sign(deal.owner).status == 200
        self.wake(deal)


def eventually(true, seconds=180):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class NoPause:
    """`time` for the interpreter's retries."""

    sleep = staticmethod(lambda seconds: None)


@pytest.fixture(scope="module")
def machine(_world, environment):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrier_decl, "time", NoPause)
        yield from _machine(_world)


def _machine(world):
    before = {name: os.environ.get(name) for name in ("MOTO_PORT", "AWS_ENDPOINT_URL")}
    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    running = Machine(world, call, invoke)
    os.environ.update(MOTO_PORT=str(running.server.port))
    yield running
    running.server.shutdown()
    default_user_config["stepfunctions"] = {"execute_state_machine": False}
    os.environ.update({name: value for name, value in before.items() if value is not None})


@pytest.fixture
def deal(machine, world, call):
    machine.faults.clear()
    machine.asked.clear()
    return Deal(world, call)


def assert_undone(deal):
    """No hold, no orphan document, no installment; the backup is still open."""
    row = deal.row()
    assert (row["status"], deal.space_status(), deal.count("payments")) == ("TERMINATED", "AVAILABLE", 0)
    assert row["termination_reason"]
    assert deal.count("documents") == (1 if deal.count("signatures") else 0)
    [backup] = deal.world.sql("SELECT status FROM bids WHERE id = %(id)s", id=deal.backup)
    assert backup["status"] == "PENDING"


def test_the_saga_takes_a_deal_to_an_executed_lease(machine, deal):
    machine.start(deal)
    machine.sign(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert (deal.row()["status"], deal.count("payments")) == ("SIGNED", 12)
    assert machine.asked == [step.operation.name for step in FORWARD]


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("step", [step.operation.name for step in FORWARD])
def test_a_temporary_fault_in_the_saga_is_retried(machine, deal, step, fault):
    machine.faults[step] = [fault, fault]
    machine.start(deal)
    machine.sign(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert (deal.row()["status"], deal.count("payments"), deal.count("documents")) == ("SIGNED", 12, 1)
    assert machine.asked.count(step) == 3


@pytest.mark.parametrize("fault", list(FAULTS))
@pytest.mark.parametrize("step", [step.operation.name for step in FORWARD])
def test_a_permanent_fault_in_the_saga_undoes_the_deal_in_reverse(machine, deal, step, fault):
    machine.faults[step] = [fault] * 5
    machine.start(deal)
    if step in ("schedule_payments", "activate_contract"):
        machine.sign(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert_undone(deal)
    scheduled = step in ("schedule_payments", "activate_contract")
    undone = [name for name in machine.asked if name in {back.operation.name for back in BACK}]
    assert undone == ["cancel_payments", "void_contract", "release_space"][0 if scheduled else 1 :]


@pytest.mark.parametrize("step", [step.operation.name for step in BACK])
def test_an_undo_step_that_fails_temporarily_is_retried(machine, deal, step):
    machine.faults["schedule_payments"] = ["error"] * 5
    machine.faults[step] = ["timeout", "throttle", "error"]
    machine.start(deal)
    machine.sign(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert_undone(deal)


@pytest.mark.parametrize("step", [step.operation.name for step in BACK])
def test_an_undo_that_fails_for_good_leaves_the_saga_to_an_operator(machine, deal, step):
    """Quality 22."""
    machine.faults["schedule_payments"] = ["error"] * 5
    machine.faults[step] = ["error", "timeout", "throttle"] * 3
    machine.start(deal)
    machine.sign(deal)

    # FAILED is what the alarm SagaNeedsOperator counts (tests/architecture/test_stacks.py).
    assert machine.outcome(deal) == "FAILED"
    assert (machine.asked.count(step), machine.asked[-1]) == (9, step)
    assert deal.space_status() == "RESERVED"

    # As docs/runbooks/saga-failed.md says, once the fault is mended: every step may run again.
    deal.run(*BACK, times=2)
    assert_undone(deal)
    assert deal.events().count("contract.voided") == 1


def test_a_decline_resumes_the_saga_which_undoes_everything(machine, deal, call):
    machine.start(deal)
    machine.waits(deal)
    call(decline_contract, as_=deal.owner, path={"contract_id": deal.contract}, body={"reason": "Sold the tower"})
    machine.wake(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert_undone(deal)
    assert deal.row()["termination_reason"] == "Sold the tower"


def test_a_hold_expired_by_five_concurrent_sweepers_frees_the_space_once(machine, deal, world):
    """Quality 11: one end, however many saw it; heard five times, it is undone once."""
    machine.start(deal)
    machine.waits(deal)
    with world.clock_moved(15):
        together([lambda: end_holds({}, None)] * 5)
    for _ in range(5):
        machine.wake(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert_undone(deal)
    freed = ["contract.hold_ended", "contract.voided", "contract.space_released"]
    assert [name for name in deal.events() if name in freed] == freed
    assert [row["action"] for row in world.audits(deal.contract) if row["action"] in freed] == freed
    assert machine.asked.count("release_space") == 1


def test_the_saga_finds_a_decline_made_before_it_waited(machine, deal, call):
    call(decline_contract, as_=deal.client, path={"contract_id": deal.contract}, body={"reason": "Too early"})
    machine.start(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert_undone(deal)


def test_a_saga_lost_while_waiting_is_restarted_and_finishes(machine, deal):
    deal.run(render_lease, request_signatures)
    deal.sign(deal.client)
    lost = deal.row()["task_token"]
    machine.start(deal)
    eventually(lambda: deal.row()["task_token"] != lost)
    deal.sign(deal.owner)
    machine.wake(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert deal.row()["status"] == "SIGNED"
    assert deal.events().count("contract.generated") == 1


def test_a_restarted_saga_finds_signatures_made_while_none_was_waiting(machine, deal):
    deal.signed()
    machine.start(deal)
    eventually(lambda: "contract.unheard" in deal.events())
    machine.wake(deal)

    assert machine.outcome(deal) == "SUCCEEDED"
    assert deal.row()["status"] == "SIGNED"
