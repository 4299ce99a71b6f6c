"""Who is told when something is wrong (source 000 §8.3), and one page on which to look.

Dead letters, failed jobs and parked sagas have their alarms where they are made.
"""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.edge import EdgeStack
from stacks.platform import PlatformStack

# Aurora allows about 90 connections for each capacity unit's GiB and never more than 5000.
CONNECTIONS_PER_UNIT = 180


class ObservabilityStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: PlatformStack, edge: EdgeStack, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        self._platform = platform
        errors = self._error_rate(Duration.minutes(5))
        latency = self._latency(Duration.minutes(5))
        connections = platform.database.cluster.metric_database_connections(period=Duration.minutes(1))
        refusals = self._failed_logins(edge)
        most = min(5000, platform.stage_settings.capacity[1] * CONNECTIONS_PER_UNIT)
        self._alarm("ErrorsCritical", errors, 1, 1, "more than 1 % of requests fail")
        self._alarm("ErrorsWarning", errors, 0.5, 3, "more than 0.5 % of requests fail")
        self._alarm("LatencyCritical", latency, 1000, 2, "p95 is above a second")
        self._alarm("LatencyWarning", latency, 500, 4, "p95 is above half a second")
        self._alarm("Connections", connections, most * 0.8, 5, "the database runs out of connections")
        self._alarm("FailedLogins", refusals, 100, 1, "somebody is guessing passwords")
        self._dashboard(errors, latency, connections, refusals)

    def _alarm(self, id: str, metric: cloudwatch.IMetric, threshold: float, periods: int, description: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            id,
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self._platform.alarms))

    def _error_rate(self, period: Duration) -> cloudwatch.MathExpression:
        """Per cent of the requests that end in 5xx."""
        api = self._platform.http_api
        return cloudwatch.MathExpression(
            expression="100 * errors / MAX([requests, 1])",
            label="5xx %",
            using_metrics={
                "errors": api.metric_server_error(period=period),
                "requests": api.metric_count(period=period),
            },
            period=period,
        )

    def _latency(self, period: Duration) -> cloudwatch.Metric:
        return self._platform.http_api.metric_latency(period=period, statistic="p95")

    def _failed_logins(self, edge: EdgeStack) -> cloudwatch.Metric:
        """Refused logins, counted in the access log: the function's own lines are not for counting."""
        found = logs.MetricFilter(
            self,
            "FailedLoginLines",
            log_group=edge.http_logs,
            metric_namespace=f"leasing/{self._platform.stage_settings.name}",
            metric_name="FailedLogins",
            filter_pattern=logs.FilterPattern.literal('{ $.route = "POST /api/v1/auth/login" && $.status = "401" }'),
        )
        return found.metric(period=Duration.minutes(5), statistic="Sum")

    def _dashboard(
        self,
        errors: cloudwatch.MathExpression,
        latency: cloudwatch.Metric,
        connections: cloudwatch.Metric,
        refusals: cloudwatch.Metric,
    ) -> None:
        platform = self._platform
        waiting = [queue.queue.metric_approximate_age_of_oldest_message() for queue in platform.queues.values()]
        page = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=platform.stage_settings.named("overview"))
        page.add_widgets(
            cloudwatch.GraphWidget(title="Requests", left=[platform.http_api.metric_count()], right=[errors]),
            cloudwatch.GraphWidget(title="Latency, p95", left=[latency]),
            cloudwatch.GraphWidget(title="Refused logins", left=[refusals]),
        )
        page.add_widgets(
            cloudwatch.GraphWidget(title="Oldest message, seconds", left=waiting),
            cloudwatch.GraphWidget(
                title="Aurora",
                left=[connections],
                right=[platform.database.cluster.metric_serverless_database_capacity()],
            ),
        )
