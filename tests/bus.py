"""What functions without a database put on the bus."""

import json
import os

import boto3


class Bus:
    """The announcements of these names, from now on."""

    def __init__(self, queue: str, names: tuple[str, ...]) -> None:
        self._sqs = boto3.client("sqs")
        self._queue = self._sqs.create_queue(QueueName=queue)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        place = {"EventBusName": os.environ["BUS_NAME"]}
        pattern = json.dumps({"source": ["leasing"], "detail-type": list(names)})
        events = boto3.client("events")
        events.put_rule(Name=queue, EventPattern=pattern, **place)
        target = {"Id": "1", "Arn": arn["Attributes"]["QueueArn"]}
        events.put_targets(Rule=queue, Targets=[target], **place)
        self.heard()

    def heard(self) -> list[dict[str, object]]:
        """What was announced since it was last asked."""
        found = []
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
                found.append(json.loads(message["Body"])["detail"])
        return found
