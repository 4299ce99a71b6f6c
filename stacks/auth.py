"""Signing up, signing in and staying in. The authorizer stands with the APIs, in the platform."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.platform import PlatformStack

# A password takes a quarter of a second of CPU: a storm of logins must not starve everybody else.
RESERVED = {"accept_invitation": 5, "confirm_password_reset": 5, "login": 20, "register": 10}


class AuthStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: PlatformStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        Operations(self, domain="auth", platform=platform, reserved=RESERVED)
