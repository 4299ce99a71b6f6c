"""Notifying users: in their list, on their sockets and by e-mail. Owns the sender address of the e-mails."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_ses as ses
from constructs import Construct

from stacks.parts.grants import Provided
from stacks.parts.operations import Operations
from stacks.parts.platform import Platform


class NotificationsStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        domain = platform.stage.mail_domain
        sender = ses.EmailIdentity(self, "Sender", identity=ses.Identity.domain(domain))
        Operations(
            self,
            word="notifications",
            platform=platform,
            resources={"ses": Provided(sender.email_identity_arn, f"no-reply@{domain}")},
            # Every minute where people depend on it; on other stages it would keep the database awake.
            schedules={"release_held": platform.stage.sweep},
        )
