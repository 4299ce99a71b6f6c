"""What an owner's buildings are let for, as of any day."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.platform import PlatformStack


class ReportsStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: PlatformStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        Operations(self, domain="reports", platform=platform)
