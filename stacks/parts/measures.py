"""The metrics that alarms and the dashboard read, by what they mean."""

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from shared.kit.catalog import HttpOperation, of_kind
from shared.kit.resources import QUEUES
from stacks.parts.platform import Platform


class Measures:
    """Where to find each number of S0 §8.1."""

    def __init__(self, stack: Stack, platform: Platform) -> None:
        self._platform = platform
        self._stage = platform.stage
        self.namespace = f"leasing/{self._stage.name}"
        self.patterns = sorted({one.cached.pattern for one in of_kind(HttpOperation, platform.catalog) if one.cached})
        self._saga_arn = stack.format_arn(
            service="states",
            resource="stateMachine",
            resource_name=self._stage.named("saga"),
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def own(self, name: str, statistic: str, period: Duration, **dimensions: str) -> cloudwatch.Metric:
        """The platform's own metrics."""
        return cloudwatch.Metric(
            namespace=self.namespace, metric_name=name, statistic=statistic, period=period, dimensions_map=dimensions
        )

    def search(self, dimensions: str, name: str, statistic: str, period: Duration, also: str = "") -> str:
        """The search expression for one of the platform's own metrics, with every value of its dimensions."""
        found = f'{{{self.namespace},{dimensions}}} MetricName="{name}" {also}'.strip()
        return f"SEARCH('{found}', '{statistic}', {period.to_seconds()})"

    def requests(self, period: Duration) -> cloudwatch.IMetric:
        return self._behind_all_doors("Count", "Sum", period)

    def error_rate(self, period: Duration) -> cloudwatch.MathExpression:
        """The percentage of requests that end in 5xx, including those that never reached a function of ours."""
        return cloudwatch.MathExpression(
            expression="IF(requests > 0, 100 * errors / requests, 0)",
            label="5xx %",
            using_metrics={
                "errors": self._behind_all_doors("5xx", "Sum", period),
                "requests": self.requests(period),
            },
            period=period,
        )

    def latency(self, statistic: str, period: Duration) -> cloudwatch.IMetric:
        """If there are several APIs, the slowest one's."""
        return self._behind_all_doors("Latency", statistic, period, label=statistic)

    def _behind_all_doors(
        self, name: str, statistic: str, period: Duration, label: str | None = None
    ) -> cloudwatch.IMetric:
        """The HTTP APIs' metrics, combined if there are several: sums are added, of all others the highest counts."""
        # Names in a formula must begin with a lower-case letter, so 5xx cannot be one.
        metrics = {
            f"api{number}_{name}_{statistic}".lower(): http_api.api.metric(
                name, statistic=statistic, period=period, label=label
            )
            for number, http_api in enumerate(self._platform.http_apis)
        }
        if len(metrics) == 1:
            return next(iter(metrics.values()))
        together = "SUM" if statistic == "Sum" else "MAX"
        return cloudwatch.MathExpression(
            expression=f"{together}([{', '.join(metrics)}])",
            label=label or name,
            using_metrics=metrics,
            period=period,
        )

    def healthy(self, period: Duration) -> cloudwatch.Metric:
        return self.own("Healthy", "Maximum", period, operation="probe_health")

    def cluster(self, name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
        return self._platform.database.cluster.metric(name, statistic=statistic, period=period)

    def borrowed_connections(self, period: Duration) -> cloudwatch.MathExpression:
        """The percentage in use of the connections that the proxy may open to the database."""

        def proxy(name: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace="AWS/RDS",
                metric_name=name,
                statistic="Maximum",
                period=period,
                dimensions_map={"ProxyName": self._platform.database.proxy_name or ""},
            )

        return cloudwatch.MathExpression(
            expression="100 * borrowed / allowed",
            label="borrowed %",
            using_metrics={
                "borrowed": proxy("DatabaseConnectionsCurrentlyBorrowed"),
                "allowed": proxy("MaxDatabaseConnectionsAllowed"),
            },
            period=period,
        )

    def hit_rate(self, pattern: str, period: Duration, least: int = 0) -> cloudwatch.MathExpression:
        """The percentage of a pattern's reads that the cache answered; 100 if there were at most `least` reads."""
        # One graph may show all patterns, so each name must stand for one metric.
        hits, reads = (f"{name}{self.patterns.index(pattern)}" for name in ("hits", "reads"))
        return cloudwatch.MathExpression(
            expression=f"IF({reads} > {least}, 100 * {hits} / {reads}, 100)",
            label=pattern,
            using_metrics={
                hits: self.own("CacheHits", "Sum", period, pattern=pattern),
                reads: self.own("CacheReads", "Sum", period, pattern=pattern),
            },
            period=period,
        )

    def cache(self, name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/ElastiCache",
            metric_name=name,
            statistic=statistic,
            period=period,
            dimensions_map={"clusterId": self._platform.database.cache_name},
        )

    def sockets(self, name: str, period: Duration) -> cloudwatch.Metric:
        return self._platform.socket_api.metric(name, statistic="Sum", period=period)

    @property
    def queues(self) -> list[str]:
        """Every queue, by name: one for each consumer, and those that our own code sends to."""
        return sorted({*self._platform.queues, *(one.name for one in self._platform.catalog if one.kind == "consumer")})

    def oldest_message(self, queue: str, period: Duration) -> cloudwatch.Metric:
        """How many seconds a message has waited."""
        return self._queue(queue, queue, "ApproximateAgeOfOldestMessage", period)

    def dead_letters(self, queue: str, period: Duration) -> cloudwatch.Metric:
        return self._queue(queue, f"{queue}-dead-letters", "ApproximateNumberOfMessagesVisible", period)

    def _queue(self, queue: str, name: str, metric: str, period: Duration) -> cloudwatch.Metric:
        ending = ".fifo" if queue in QUEUES and QUEUES[queue].fifo else ""
        return cloudwatch.Metric(
            namespace="AWS/SQS",
            metric_name=metric,
            statistic="Maximum",
            period=period,
            label=queue,
            dimensions_map={"QueueName": self._stage.named(name) + ending},
        )

    def saga(self, name: str, period: Duration) -> cloudwatch.Metric:
        return cloudwatch.Metric(
            namespace="AWS/States",
            metric_name=name,
            statistic="Sum",
            period=period,
            dimensions_map={"StateMachineArn": self._saga_arn},
        )

    def lambdas(self, name: str, statistic: str, period: Duration) -> cloudwatch.Metric:
        """All functions of the account and region together."""
        return cloudwatch.Metric(namespace="AWS/Lambda", metric_name=name, statistic=statistic, period=period)
