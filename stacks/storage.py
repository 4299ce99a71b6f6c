"""Where uploaded files are kept: pictures that everyone may see, private files, and who somebody is.

Files arrive in the two private buckets, below incoming/, where nothing is served from; what passed its checks is kept
elsewhere (shared/files/). CloudFront reads the public one (stacks/parts/media.py).
"""

from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.parts.grants import Provided
from stacks.stage import Stage

INCOMING = "incoming/"
MEDIA = "media/"


class StorageStack(Stack):
    def __init__(self, scope: Construct, id: str, *, stage: Stage, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        self._stage = stage
        key = kms.Key(
            self,
            "IdentityKey",
            description=f"leasing {stage.name}: identity documents",
            enable_key_rotation=True,
            removal_policy=stage.removal_policy,
        )
        kept_days = stage.backup_days + 7
        self.media = self._bucket("Media", kept_days, [s3.HttpMethods.GET, s3.HttpMethods.HEAD])
        self.files = self._bucket("Files", kept_days, [s3.HttpMethods.GET, s3.HttpMethods.POST], receives=True)
        # A document that was deleted is gone the next day, whatever a backup still says of it.
        self.identity = self._bucket("Identity", 1, [s3.HttpMethods.POST], receives=True, key=key)
        self._open_to_cloudfront()
        if stage.scan_uploads:
            for bucket in (self.files, self.identity):
                self._scanned(bucket, key if bucket is self.identity else None)
        self.resources = {
            "media": Provided(self.media.bucket_arn, self.media.bucket_name),
            "files": Provided(self.files.bucket_arn, self.files.bucket_name),
            "identity": Provided(self.identity.bucket_arn, self.identity.bucket_name),
            "identity_key": Provided(key.key_arn, key.key_id),
        }

    def _bucket(
        self,
        id: str,
        kept_days: int,
        methods: list[s3.HttpMethods],
        receives: bool = False,
        key: kms.Key | None = None,
    ) -> s3.Bucket:
        kept = s3.LifecycleRule(
            abort_incomplete_multipart_upload_after=Duration.days(7),
            noncurrent_version_expiration=Duration.days(kept_days),
            expired_object_delete_marker=True,
        )
        # What was never completed, after functions/files/sweep_uploads.py has deleted its row.
        arrived = s3.LifecycleRule(
            prefix=INCOMING, expiration=Duration.days(2), noncurrent_version_expiration=Duration.days(1)
        )
        return s3.Bucket(
            self,
            id,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            # One request to KMS serves many objects.
            bucket_key_enabled=True if key else None,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            cors=[
                s3.CorsRule(
                    allowed_origins=list(self._stage.cors_origins),
                    allowed_methods=methods,
                    allowed_headers=["*"],
                    exposed_headers=["ETag"],
                    max_age=600,
                )
            ],
            lifecycle_rules=[kept, arrived] if receives else [kept],
            removal_policy=RemovalPolicy.RETAIN,
        )

    def _open_to_cloudfront(self) -> None:
        """The distribution is created later, possibly in another region, so that its name cannot be here."""
        self.media.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
                actions=["s3:GetObject"],
                resources=[self.media.arn_for_objects(f"{MEDIA}*")],
                conditions={"StringEquals": {"AWS:SourceAccount": self.account}},
            )
        )

    def _scanned(self, bucket: s3.Bucket, key: kms.Key | None) -> None:
        """GuardDuty scans whatever arrives in the bucket, and tags it.

        Source of the permissions: Amazon GuardDuty User Guide, "Malware Protection for S3: IAM role policy".
        """
        rule = self.format_arn(
            service="events", resource="rule", resource_name="DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*"
        )
        managed = {"StringLike": {"events:ManagedBy": "malware-protection-plan.guardduty.amazonaws.com"}}
        statements = [
            iam.PolicyStatement(
                actions=["events:PutRule", "events:DeleteRule", "events:PutTargets", "events:RemoveTargets"],
                resources=[rule],
                conditions=managed,
            ),
            iam.PolicyStatement(actions=["events:DescribeRule", "events:ListTargetsByRule"], resources=[rule]),
            iam.PolicyStatement(
                actions=["s3:PutBucketNotification", "s3:GetBucketNotification", "s3:ListBucket"],
                resources=[bucket.bucket_arn],
            ),
            iam.PolicyStatement(
                actions=["s3:PutObject"],
                resources=[bucket.arn_for_objects("malware-protection-resource-validation-object")],
            ),
            iam.PolicyStatement(
                actions=[
                    *("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
                    *("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
                ],
                resources=[bucket.arn_for_objects("*")],
            ),
        ]
        if key:
            statements.append(
                iam.PolicyStatement(
                    actions=["kms:GenerateDataKey", "kms:Decrypt"],
                    resources=[key.key_arn],
                    conditions={"StringLike": {"kms:ViaService": "s3.*.amazonaws.com"}},
                )
            )
        role = iam.Role(
            self,
            f"{bucket.node.id}Scanner",
            assumed_by=iam.ServicePrincipal("malware-protection-plan.guardduty.amazonaws.com"),
            inline_policies={"scan": iam.PolicyDocument(statements=statements)},
        )
        guardduty.CfnMalwareProtectionPlan(
            self,
            f"{bucket.node.id}Protection",
            role=role.role_arn,
            protected_resource=guardduty.CfnMalwareProtectionPlan.CFNProtectedResourceProperty(
                s3_bucket=guardduty.CfnMalwareProtectionPlan.S3BucketProperty(
                    bucket_name=bucket.bucket_name, object_prefixes=[INCOMING]
                )
            ),
            actions=guardduty.CfnMalwareProtectionPlan.CFNActionsProperty(
                tagging=guardduty.CfnMalwareProtectionPlan.CFNTaggingProperty(status="ENABLED")
            ),
        )
