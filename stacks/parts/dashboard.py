"""The dashboard: every number of S0 §8.1, with those that affect users at the top."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from stacks.parts.measures import Measures
from stacks.parts.platform import Platform

MINUTE, FIVE = Duration.minutes(1), Duration.minutes(5)
PERCENTILES = ("p50", "p95", "p99")
REFUSED = ("400", "401", "403", "404", "409", "412", "422", "429", "500", "503")


def overview(scope: Construct, platform: Platform, measures: Measures) -> None:
    """Add the dashboard to the stack."""
    page = cloudwatch.Dashboard(scope, "Dashboard", dashboard_name=platform.stage.named("overview"))
    page.add_widgets(*_requests(measures))
    page.add_widgets(*_operations(measures))
    page.add_widgets(*_queries(measures))
    page.add_widgets(*_aurora(measures, with_proxy=platform.database.proxy_name is not None))
    page.add_widgets(*_valkey(measures))
    page.add_widgets(*_sockets(measures))
    page.add_widgets(*_phones(measures))
    page.add_widgets(*_background(measures))


def _graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    right: Sequence[cloudwatch.IMetric] = (),
    width: int = 6,
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(left), right=list(right), width=width, height=6)


def _found(expression: str, label: str) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(expression=expression, label=label, using_metrics={}, period=MINUTE)


def _requests(measures: Measures) -> list[cloudwatch.IWidget]:
    by_status = []
    for status in REFUSED:
        found = measures.search("operation,status", "Requests", "Sum", FIVE, f'status="{status}"')
        by_status.append(_found(f"SUM({found})", status))
    return [
        _graph("Response times, ms", [measures.latency(statistic, MINUTE) for statistic in PERCENTILES]),
        _graph("Requests and share of 5xx", [measures.requests(MINUTE)], [measures.error_rate(MINUTE)]),
        _graph("Refusals by status", by_status),
        _graph(
            "Healthy from outside; failed logins",
            [measures.healthy(MINUTE)],
            [measures.own("FailedLogins", "Sum", FIVE, kind="endpoint")],
        ),
    ]


def _operations(measures: Measures) -> list[cloudwatch.IWidget]:
    counted = measures.search("operation", "Duration", "SampleCount", MINUTE)
    failed = measures.search("operation,status", "Requests", "Sum", FIVE, '(status="500" OR status="503")')
    return [
        _graph("Requests a second by operation", [_found(f"{counted} / {MINUTE.to_seconds()}", "")], width=8),
        _graph(
            "Response time by operation, p95 ms",
            [_found(measures.search("operation", "Duration", "p95", FIVE), "")],
            width=8,
        ),
        _graph("Errors by operation", [_found(failed, "")], width=8),
    ]


def _queries(measures: Measures) -> list[cloudwatch.IWidget]:
    of_requests = [measures.own("QueryDuration", statistic, FIVE, kind="endpoint") for statistic in PERCENTILES]
    by_operation = measures.search("operation", "QueryDuration", "p95", FIVE)
    return [
        _graph("Requests' queries, ms", of_requests, width=8),
        _graph("Queries by operation, p95 ms", [_found(by_operation, "")], width=8),
        _graph(
            "Slow queries (over 100 ms) by operation",
            [_found(measures.search("operation", "SlowQueries", "Sum", FIVE), "")],
            width=8,
        ),
    ]


def _aurora(measures: Measures, with_proxy: bool) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Aurora: connections, and of the proxy's how many are borrowed",
            [measures.cluster("DatabaseConnections", "Maximum", MINUTE)],
            [measures.borrowed_connections(MINUTE)] if with_proxy else [],
        ),
        _graph(
            "Aurora: capacity units, and CPU %",
            [measures.cluster("ServerlessDatabaseCapacity", "Maximum", MINUTE)],
            [measures.cluster("CPUUtilization", "Maximum", MINUTE)],
        ),
        _graph(
            "Aurora: memory and local disk free, volume used",
            [
                measures.cluster("FreeableMemory", "Minimum", MINUTE),
                measures.cluster("FreeLocalStorage", "Minimum", MINUTE),
            ],
            [measures.cluster("VolumeBytesUsed", "Maximum", FIVE)],
        ),
        _graph(
            "Aurora: reads, writes, network",
            [measures.cluster("VolumeReadIOPs", "Sum", FIVE), measures.cluster("VolumeWriteIOPs", "Sum", FIVE)],
            [measures.cluster("NetworkThroughput", "Average", MINUTE)],
        ),
    ]


def _valkey(measures: Measures) -> list[cloudwatch.IWidget]:
    return [
        _graph("Cache: hit rate by pattern, %", [measures.hit_rate(pattern, FIVE) for pattern in measures.patterns]),
        _graph(
            "Valkey: memory; evictions",
            [measures.cache("BytesUsedForCache", "Maximum", MINUTE)],
            [measures.cache("Evictions", "Sum", MINUTE)],
        ),
        _graph(
            "Valkey: processing units; throttled commands",
            [measures.cache("ElastiCacheProcessingUnits", "Sum", MINUTE)],
            [measures.cache("ThrottledCmds", "Sum", MINUTE)],
        ),
        _graph(
            "Valkey: network",
            [measures.cache("NetworkBytesIn", "Sum", MINUTE), measures.cache("NetworkBytesOut", "Sum", MINUTE)],
            [measures.cache("CurrConnections", "Maximum", MINUTE)],
        ),
    ]


def _sockets(measures: Measures) -> list[cloudwatch.IWidget]:
    return [
        _graph("Sockets: open", [measures.own("OpenSockets", "Maximum", FIVE, operation="count_sockets")], width=8),
        _graph("Sockets: opened a minute", [measures.sockets("ConnectCount", MINUTE)], width=8),
        _graph(
            "Sockets: frames; errors",
            [measures.sockets("MessageCount", MINUTE)],
            [measures.sockets("IntegrationError", MINUTE), measures.sockets("ExecutionError", MINUTE)],
            width=8,
        ),
    ]


def _phones(measures: Measures) -> list[cloudwatch.IWidget]:
    def by_channel(name: str, *channels: str) -> list[cloudwatch.IMetric]:
        return [measures.own(name, "Sum", FIVE, channel=channel) for channel in channels]

    return [
        _graph("Phones: messages", by_channel("Messages", "sms", "whatsapp", "push"), width=12),
        _graph("Phones: went another way", by_channel("Rerouted", "sms", "whatsapp"), width=12),
    ]


def _background(measures: Measures) -> list[cloudwatch.IWidget]:
    return [
        _graph(
            "Queues: oldest message, seconds", [measures.oldest_message(queue, MINUTE) for queue in measures.queues]
        ),
        _graph("Dead letters", [measures.dead_letters(queue, MINUTE) for queue in measures.queues]),
        _graph(
            "Sagas",
            [measures.saga(name, FIVE) for name in ("ExecutionsStarted", "ExecutionsSucceeded")],
            [measures.saga(name, FIVE) for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")],
        ),
        _graph(
            "Lambda: at once; throttled",
            [measures.lambdas("ConcurrentExecutions", "Maximum", MINUTE)],
            [measures.lambdas("Throttles", "Sum", MINUTE)],
        ),
    ]
