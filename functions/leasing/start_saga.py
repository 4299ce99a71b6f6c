"""Start the saga.

An approved bid, or a lease that its owner sent, starts its saga: one execution per contract, named after it. A
second start has no effect.
"""

from shared.kit.aws import AwsError, call
from shared.kit.consumer import Event, consumer
from shared.kit.settings import resource
from shared.kit.wire import render


@consumer("bid.approved", "contract.sent", "contract.stalled", database=None, uses=("saga.start",))
def start_saga(event: Event) -> None:
    contract_id = event.data["contract_id"]
    try:
        call(
            "states",
            "AWSStepFunctions.StartExecution",
            {
                "stateMachineArn": resource("saga"),
                "name": contract_id,
                "input": render({"contract_id": contract_id, "correlation_id": event.correlation_id}),
            },
        )
    except AwsError as error:
        if error.code != "ExecutionAlreadyExists":
            raise
