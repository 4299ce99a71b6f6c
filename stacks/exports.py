"""Exports: the bucket that keeps their files for a month, and the names of the secrets with which they are sent on."""

from typing import Any

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from shared.exports.rules import KEPT_DAYS
from stacks.parts.grants import Provided
from stacks.parts.operations import Operations
from stacks.parts.platform import Platform


class ExportsStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        stage = platform.stage
        bucket = s3.Bucket(
            self,
            "Exports",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            # A day after functions/exports/sweep_exports.py has deleted the export.
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(KEPT_DAYS + 1),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        # Each organization's is created when it says where its exports go.
        secrets = stage.named("exports")
        arn = self.format_arn(
            service="secretsmanager", resource="secret", resource_name=secrets, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )
        Operations(
            self,
            word="exports",
            platform=platform,
            resources={
                "exports": Provided(bucket.bucket_arn, bucket.bucket_name),
                "export_secrets": Provided(arn, secrets),
            },
            # Every minute where people depend on it; on other stages it would keep the database awake.
            schedules={"retry_exports": stage.sweep},
        )
