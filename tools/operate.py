"""An operator's command, by hand: `python -m tools.operate make_administrator '{"email": "…"}' [--stage prod]`.

Without a stage it goes to the platform that runs on this machine, otherwise to the AWS account of your credentials. It
is the same call: AWS Lambda's Invoke. No route leads to these functions.
"""

import argparse
import json
import sys
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud.account import REGION
from local.cloud.problem import CHECKOUT, Problem

# The longest that a function may run; and no retry, so that a command never runs twice.
PATIENT = Config(read_timeout=905, retries={"total_max_attempts": 1})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.operate", description=__doc__)
    parser.add_argument("command")
    parser.add_argument("event", nargs="?", default="{}", help="JSON")
    parser.add_argument("--stage", default="local")
    parser.add_argument("--state", type=Path, default=CHECKOUT / ".local", help="of the local platform")
    given = parser.parse_args()
    try:
        print(json.dumps(operate(given.command, given.event, given.stage, given.state), indent=2))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def operate(command: str, event: str, stage: str, state: Path) -> object:
    """The command's answer. Raises Problem if it fails or nothing runs it."""
    try:
        lambdas = boto3.client("lambda", config=PATIENT, **place(stage, state))
        reply = lambdas.invoke(FunctionName=f"leasing-{stage}-{command}", Payload=event.encode())
    except (BotoCoreError, ClientError) as error:
        raise Problem(f"leasing-{stage}-{command} was not reached: {error}") from error
    answer = json.loads(reply["Payload"].read())
    if "FunctionError" in reply:
        raise Problem(answer.get("errorMessage") or str(answer))
    return answer


def place(stage: str, state: Path) -> dict[str, str]:
    """The settings of an AWS client for the stage. Raises Problem where nothing runs on this machine."""
    return _here(state) if stage == "local" else {}


def _here(state: Path) -> dict[str, str]:
    try:
        platform = json.loads((state / "state.json").read_text())
    except FileNotFoundError:
        raise Problem("No platform runs on this machine: start it with `make up`.") from None
    keys = ("aws_access_key_id", "aws_secret_access_key")
    return {"endpoint_url": platform["aws_url"], "region_name": REGION, **{key: platform[key] for key in keys}}


if __name__ == "__main__":
    sys.exit(main())
