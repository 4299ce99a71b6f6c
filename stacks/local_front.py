"""On one machine CloudFront stands before /media/ alone: the APIs are reached directly (stacks/front.py)."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from stacks.parts.media import PATTERN, media_behavior
from stacks.stage import Stage
from stacks.storage import StorageStack


class LocalFrontStack(Stack):
    def __init__(self, scope: Construct, id: str, *, stage: Stage, storage: StorageStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        media = media_behavior(self, stage, storage.media, cloudfront.ViewerProtocolPolicy.ALLOW_ALL)
        cloudfront.Distribution(
            self,
            "Distribution",
            comment=stage.named("front"),
            default_behavior=media,
            additional_behaviors={PATTERN: media},
        )
