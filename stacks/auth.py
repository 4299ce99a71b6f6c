"""Signing up, signing in and staying in. The authorizer stands with the APIs, in the platform."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.parts.platform import Platform
from stacks.parts.secret import operators_secret

# Checking a password takes a quarter of a second of CPU: a flood of logins must not starve other requests.
RESERVED = {
    "accept_invitation": 5,
    "confirm_password_reset": 5,
    "disable_second_factor": 5,
    "login": 20,
    "register": 10,
}


class AuthStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        # Our credentials at Google and LinkedIn; until an operator fills them in (docs/runbooks/oauth.md), nobody can
        # sign in there.
        secrets = {"oauth": operators_secret(self, "OAuth", platform, "oauth", "nobody")}
        Operations(self, word="auth", platform=platform, resources=secrets, reserved=RESERVED)
