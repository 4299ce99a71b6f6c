"""What is in the queues: `python -m tools.queues` counts, `python -m tools.queues mail-dead-letters` shows messages.

Without a stage it reads the queues of the platform that runs on this machine, otherwise those of the AWS account of
your credentials. It deletes nothing, but each look counts as one of a message's five tries: look at dead letters.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from local.cloud.problem import CHECKOUT, Problem
from tools.operate import place

_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.queues", description=__doc__)
    parser.add_argument("queue", nargs="?", help="its name without leasing-<stage>-")
    parser.add_argument("--stage", default="local")
    parser.add_argument("--state", type=Path, default=CHECKOUT / ".local", help="of the local platform")
    given = parser.parse_args()
    try:
        sqs = boto3.client("sqs", **place(given.stage, given.state))
        found = urls(sqs, f"leasing-{given.stage}-")
        if given.queue is None:
            lines = counts(sqs, found)
        elif given.queue in found:
            lines = messages(sqs, found[given.queue])
        else:
            raise Problem(f"There is no queue {given.queue}: python -m tools.queues lists them.")
        for line in lines:
            print(line)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def urls(sqs: Any, prefix: str) -> dict[str, str]:
    """The queues by their names, without the stage's prefix and `.fifo`."""
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    found = [url for page in pages for url in page.get("QueueUrls", [])]
    return {url.rpartition("/")[2].removeprefix(prefix).removesuffix(".fifo"): url for url in found}


def counts(sqs: Any, found: dict[str, str]) -> Iterator[str]:
    """A line for each queue: messages that wait, messages that are being handled."""
    yield "waiting  in hand  queue"
    for name, url in sorted(found.items()):
        held = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))["Attributes"]
        waiting, in_hand = (int(held[count]) for count in _COUNTS)
        yield f"{waiting:7}  {in_hand:7}  {name}"


def messages(sqs: Any, url: str) -> Iterator[str]:
    """Up to ten messages as JSON; each can be received again a second later."""
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1)
    for message in answer.get("Messages", []):
        yield json.dumps(json.loads(message["Body"]), indent=2)


if __name__ == "__main__":
    sys.exit(main())
