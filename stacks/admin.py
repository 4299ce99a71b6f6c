"""The platform's own people at work: users, support notes, the audit log."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.platform import PlatformStack


class AdminStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: PlatformStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        Operations(self, domain="admin", platform=platform)
