"""A nightly copy of the database and the documents in another region, in case a whole region is lost.

Only for stages with a `backup_region`. Anything less is restored from Aurora's own backups, which go back to any
second, and from the documents' versions (docs/deploy.md).
"""

from typing import Any

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.parts.platform import Platform
from stacks.stage import Stage

ROLE_POLICIES = ["service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"]


class CopiesStack(Stack):
    """Where the copies are kept."""

    def __init__(self, scope: Construct, id: str, *, stage: Stage, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        backup.BackupVault(self, "Copies", backup_vault_name=stage.named("copies"), removal_policy=stage.removal_policy)


class BackupStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        stage = platform.stage
        copies = self.format_arn(
            service="backup",
            region=stage.backup_region,
            resource="backup-vault",
            resource_name=stage.named("copies"),
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        plan = backup.BackupPlan(
            self,
            "Plan",
            backup_plan_name=stage.named("nightly"),
            backup_vault=backup.BackupVault(
                self, "Vault", backup_vault_name=stage.named("nightly"), removal_policy=stage.removal_policy
            ),
        )
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="nightly",
                schedule_expression=events.Schedule.cron(hour="4", minute="30"),
                delete_after=Duration.days(7),
                copy_actions=[
                    backup.BackupPlanCopyActionProps(
                        destination_backup_vault=backup.BackupVault.from_backup_vault_arn(self, "Copies", copies),
                        delete_after=Duration.days(stage.backup_days),
                    )
                ],
            )
        )
        plan.add_selection(
            "Data",
            resources=[
                backup.BackupResource.from_arn(platform.database.cluster.cluster_arn),
                backup.BackupResource.from_arn(platform.resources["documents"].arn),
            ],
            role=iam.Role(
                self,
                "Role",
                assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
                managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in ROLE_POLICIES],
            ),
            disable_default_backup_policy=True,
        )
