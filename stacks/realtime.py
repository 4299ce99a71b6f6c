"""The WebSocket operations: opening, authenticating and closing sockets, and pushing frames to them."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.parts.platform import Platform


class RealtimeStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        Operations(self, word="realtime", platform=platform, schedules={"count_sockets": platform.stage.sweep})
