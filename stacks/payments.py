"""Payments, their invoices and receipts."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.platform import PlatformStack


class PaymentsStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: PlatformStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        Operations(self, domain="payments", platform=platform)
