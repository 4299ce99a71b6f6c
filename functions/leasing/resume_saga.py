"""Resume the saga.

The second signature, a refusal or the end of a hold wakes the saga that waits for it. Runs outside the VPC. The
event carries the saga's token, encrypted, or none if the saga has not reached its wait yet (it then sees for itself
what was decided).
"""

from shared.kit.aws import AwsError, call
from shared.kit.consumer import Event, consumer
from shared.kit.sealed import unseal
from shared.kit.wire import render

_FINISHED = ("TaskTimedOut", "TaskDoesNotExist", "InvalidToken")


@consumer(
    "contract.fully_signed",
    "contract.declined",
    "contract.hold_ended",
    "contract.unheard",
    database=None,
    uses=("saga.resume", "token_key.decrypt"),
)
def resume_saga(event: Event) -> None:
    if event.data["task_token"] is None:
        return
    token = unseal(event.data["task_token"])
    try:
        if event.data["signature_status"] == "FULLY_SIGNED":
            output = render({"contract_id": event.object_id})
            call("states", "AWSStepFunctions.SendTaskSuccess", {"taskToken": token, "output": output})
        else:
            call("states", "AWSStepFunctions.SendTaskFailure", {"taskToken": token, "error": "DealEnded"})
    except AwsError as error:
        # The saga has moved on: this event came twice, or late.
        if error.code not in _FINISHED:
            raise
