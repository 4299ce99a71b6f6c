"""The stack of a word that owns nothing but its operations."""

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from stacks.parts.operations import Operations
from stacks.parts.platform import Platform


class WordStack(Stack):
    def __init__(self, scope: Construct, id: str, *, word: str, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        Operations(self, word=word, platform=platform)
