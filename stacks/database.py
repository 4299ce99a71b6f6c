"""Where the data is stored: Aurora PostgreSQL, and Valkey for data that may be lost.

Only migrate_schema uses a password: all other functions log in with IAM tokens, each as the role that its operation
declares.
"""

from typing import Any

from aws_cdk import ArnFormat, Duration, Fn, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds
from constructs import Construct

from shared.kit.catalog import DATABASE_USERS
from stacks.network import NetworkStack
from stacks.stage import Stage

DATABASE_NAME = "leasing"
# The log of slow statements and errors contains only the statement: its values, and the row that an error's detail
# quotes, are personal data.
DISCREET = {"log_parameter_max_length": "0", "log_error_verbosity": "terse"}
POSTGRES, VALKEY = ec2.Port.tcp(5432), ec2.Port.tcp_range(6379, 6380)


class DatabaseStack(Stack):
    def __init__(self, scope: Construct, id: str, *, stage: Stage, network: NetworkStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        self.cluster = self._cluster("Cluster", stage, network)
        for moment in stage.restores:
            self.cluster = self._restored(self.cluster, moment, stage, network)
        self.cluster_host = self.host = self.cluster.cluster_endpoint.hostname
        self._login_id = self.cluster.cluster_resource_identifier
        self.proxy_name = stage.named("proxy") if stage.with_proxy else None
        if stage.with_proxy:
            proxy = self._proxy(stage, network)
            self.host = proxy.endpoint
            self._login_id = Fn.select(6, Fn.split(":", proxy.db_proxy_arn))
        self.cache_name, self.cache_user_name = stage.named("cache"), stage.named("functions")
        self.cache, self._cache_user = self._cache(network)

    def login_arn(self, user: str) -> str:
        """What an IAM policy must allow (`rds-db:connect`) for logging in as `user`."""
        return self.format_arn(
            service="rds-db",
            resource="dbuser",
            resource_name=f"{self._login_id}/{user}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    @property
    def admin_secret_arn(self) -> str:
        """The administrator's name and password, for migrate_schema alone."""
        assert self.cluster.secret is not None  # noqa: S101 (RDS manages it)
        return self.cluster.secret.secret_arn

    @property
    def cache_arns(self) -> list[str]:
        """What an IAM policy must allow (`elasticache:Connect`) for counting in Valkey."""
        return [self.cache.attr_arn, self._cache_user.attr_arn]

    def _cluster(self, id: str, stage: Stage, network: NetworkStack) -> rds.DatabaseCluster:
        least, most = stage.capacity
        standby = rds.ClusterInstance.serverless_v2("Standby", scale_with_writer=True)
        return rds.DatabaseCluster(
            self,
            id,
            engine=rds.DatabaseClusterEngine.aurora_postgres(version=rds.AuroraPostgresEngineVersion.VER_17_9),
            default_database_name=DATABASE_NAME,
            credentials=rds.Credentials.from_username("leasing_admin"),
            # RDS makes the password, keeps it in Secrets Manager and rotates it every seven days.
            manage_master_user_password=True,
            iam_authentication=True,
            storage_encrypted=True,
            writer=rds.ClusterInstance.serverless_v2("Writer"),
            readers=[standby] if stage.is_permanent else [],
            serverless_v2_min_capacity=least,
            serverless_v2_max_capacity=most,
            vpc=network.vpc,
            vpc_subnets=network.subnets,
            security_groups=[self._group(f"{id}Group", network, POSTGRES)],
            parameters={"rds.force_ssl": "1", "log_min_duration_statement": "500", **DISCREET},
            cloudwatch_logs_exports=["postgresql"],
            backup=rds.BackupProps(retention=Duration.days(stage.backup_days), preferred_window="03:00-04:00"),
            copy_tags_to_snapshot=True,
            deletion_protection=stage.is_permanent,
            removal_policy=stage.removal_policy,
        )

    def _restored(
        self, source: rds.DatabaseCluster, moment: str, stage: Stage, network: NetworkStack
    ) -> rds.DatabaseCluster:
        """A new cluster with the data that `source` had at that moment; `source` stays as it is (docs/deploy.md)."""
        cluster = self._cluster(f"Restored{''.join(filter(str.isalnum, moment))}", stage, network)
        found = cluster.node.default_child
        assert isinstance(found, rds.CfnDBCluster)  # noqa: S101 (what an Aurora cluster consists of)
        found.source_db_cluster_identifier = source.cluster_identifier
        found.restore_to_time = moment
        # All three come with the data; CloudFormation takes them for new clusters only.
        found.database_name = found.master_username = found.storage_encrypted = None
        # Until every other stack has moved over, none of these may go.
        assert source.secret is not None  # noqa: S101 (RDS manages it)
        for value in (
            source.cluster_endpoint.hostname,
            source.cluster_identifier,
            source.cluster_resource_identifier,
            source.secret.secret_arn,
        ):
            self.export_value(value)
        return cluster

    def _proxy(self, stage: Stage, network: NetworkStack) -> rds.DatabaseProxy:
        # The proxy logs in with the function's own IAM identity: there is no password anywhere.
        logins = iam.PolicyStatement(
            actions=["rds-db:connect"], resources=[self.login_arn(user) for user in DATABASE_USERS.values()]
        )
        role = iam.Role(
            self,
            "ProxyRole",
            assumed_by=iam.ServicePrincipal("rds.amazonaws.com"),
            inline_policies={"logins": iam.PolicyDocument(statements=[logins])},
        )
        return rds.DatabaseProxy(
            self,
            "Proxy",
            db_proxy_name=stage.named("proxy"),
            proxy_target=rds.ProxyTarget.from_cluster(self.cluster),
            default_auth_scheme=rds.DefaultAuthScheme.IAM_AUTH,
            iam_auth=True,
            require_tls=True,
            role=role,
            vpc=network.vpc,
            vpc_subnets=network.subnets,
            security_groups=[self._group("ProxyGroup", network, POSTGRES)],
        )

    def _cache(self, network: NetworkStack) -> tuple[elasticache.CfnServerlessCache, elasticache.CfnUser]:
        user = elasticache.CfnUser(
            self,
            "CacheUser",
            engine="valkey",
            # With IAM these two must be the same.
            user_id=self.cache_user_name,
            user_name=self.cache_user_name,
            authentication_mode={"Type": "iam"},
            access_string="on ~* -@all +@read +@write +@connection +@scripting +time -@dangerous",
        )
        group = elasticache.CfnUserGroup(
            self, "CacheUsers", engine="valkey", user_group_id=self.cache_name, user_ids=[user.ref]
        )
        cache = elasticache.CfnServerlessCache(
            self,
            "Cache",
            engine="valkey",
            major_engine_version="8",
            serverless_cache_name=self.cache_name,
            user_group_id=group.ref,
            security_group_ids=[self._group("CacheGroup", network, VALKEY).security_group_id],
            subnet_ids=network.vpc.select_subnets(subnet_type=network.subnets.subnet_type).subnet_ids,
            cache_usage_limits=elasticache.CfnServerlessCache.CacheUsageLimitsProperty(
                data_storage=elasticache.CfnServerlessCache.DataStorageProperty(unit="GB", maximum=5),
                ecpu_per_second=elasticache.CfnServerlessCache.ECPUPerSecondProperty(maximum=15000),
            ),
        )
        return cache, user

    def _group(self, id: str, network: NetworkStack, port: ec2.Port) -> ec2.SecurityGroup:
        """A security group that accepts connections from functions on this port."""
        group = ec2.SecurityGroup(self, id, vpc=network.vpc, description=id)
        group.add_ingress_rule(network.functions, port, "functions")
        return group
