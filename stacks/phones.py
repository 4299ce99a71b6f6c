"""Phones and devices: our accounts at Twilio and at the platforms of devices."""

from typing import Any

from aws_cdk import ArnFormat, Stack
from constructs import Construct

from stacks.parts.grants import Provided
from stacks.parts.operations import Operations
from stacks.parts.platform import Platform
from stacks.parts.secret import operators_secret


class PhonesStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        # CloudFormation knows no applications and endpoints: an operator creates the ones, and SNS the others.
        push = self.format_arn(service="sns", resource="", arn_format=ArnFormat.COLON_RESOURCE_NAME)
        Operations(
            self,
            word="phones",
            platform=platform,
            resources={
                # Until an operator fills them in (docs/runbooks/phones.md), whoever chose a phone is mailed.
                "twilio": operators_secret(self, "Twilio", platform, "twilio", "nobody"),
                "push_apps": operators_secret(self, "PushApps", platform, "push-apps", "nobody"),
                "sns_push": Provided(push, push),
            },
            # Twilio queues what comes faster than a number may send.
            parallel={"send_text": 5, "send_push": 5},
        )
