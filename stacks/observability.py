"""The alarms (S0 §8.3) and the dashboard (S0 §8.1).

The alarms for dead letters, failed jobs and failed sagas are declared next to these. The platform's own metrics come
from its log lines (shared/kit/metrics.py), all others from AWS.
"""

from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.parts.alarm import alarm
from stacks.parts.dashboard import overview
from stacks.parts.measures import Measures
from stacks.parts.platform import Platform

# Aurora allows about 90 connections for each capacity unit's GiB and never more than 5000.
CONNECTIONS_PER_UNIT = 180

GIB = 1024**3
# Aurora's volume grows by itself up to this size; the last fifth counts as nearly full.
LARGEST_VOLUME = 128 * 1024 * GIB
# Sorts and index builds use the instance's local disk, which grows with its capacity units.
LEAST_LOCAL_STORAGE = 2 * GIB


class ObservabilityStack(Stack):
    def __init__(self, scope: Construct, id: str, *, platform: Platform, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        self._platform = platform
        self._measures = Measures(self, platform)
        self._requests()
        self._availability()
        self._database()
        self._rest()
        overview(self, platform, self._measures)

    def _tell(self, topic: sns.ITopic, id: str, meaning: str, runbook: str, **when: Any) -> None:
        alarm(self, id, tells=topic, meaning=meaning, runbook=runbook, **when)

    def _requests(self) -> None:
        critical, warning = self._platform.critical, self._platform.warning
        five = Duration.minutes(5)
        errors, latency = self._measures.error_rate(five), self._measures.latency("p95", five)
        self._tell(critical, "ErrorsCritical", "Over 1 % of requests fail.", "api-errors", metric=errors, above=1)
        self._tell(
            warning, "ErrorsWarning", "Over 0.5 % of requests fail.", "api-errors", metric=errors, above=0.5, periods=3
        )
        self._tell(
            critical, "LatencyCritical", "p95 is above 1 s.", "api-latency", metric=latency, above=1000, periods=2
        )
        self._tell(
            warning, "LatencyWarning", "p95 is above 500 ms.", "api-latency", metric=latency, above=500, periods=4
        )

    def _availability(self) -> None:
        self._tell(
            self._platform.critical,
            "Unavailable",
            "GET /health, asked from outside, does not answer 200.",
            "service-unavailable",
            metric=self._measures.healthy(Duration.minutes(self._platform.stage.sweep_minutes)),
            below=1,
            periods=3,
            silence_is_bad=True,
        )

    def _database(self) -> None:
        platform, measures = self._platform, self._measures
        critical, warning = platform.critical, platform.warning
        most = min(5000, platform.stage.capacity[1] * CONNECTIONS_PER_UNIT)
        self._tell(
            critical,
            "Connections",
            "Over 80 % of the database's connections are taken.",
            "database-connections",
            metric=measures.cluster("DatabaseConnections", "Maximum", Duration.minutes(1)),
            above=most * 0.8,
            periods=5,
        )
        if platform.database.proxy_name:
            self._tell(
                critical,
                "ProxyConnections",
                "Over 80 % of the proxy's connections are borrowed.",
                "database-connections",
                metric=measures.borrowed_connections(Duration.minutes(1)),
                above=80,
                periods=5,
            )
        self._tell(
            critical,
            "Volume",
            "Less than 20 % is left of the largest volume that Aurora has.",
            "database-storage",
            metric=measures.cluster("VolumeBytesUsed", "Maximum", Duration.minutes(15)),
            above=LARGEST_VOLUME * 0.8,
        )
        self._tell(
            critical,
            "LocalStorage",
            "The database's instance runs out of disk for sorts and temporary tables.",
            "database-storage",
            metric=measures.cluster("FreeLocalStorage", "Minimum", Duration.minutes(5)),
            below=LEAST_LOCAL_STORAGE,
            periods=2,
        )
        self._tell(
            warning,
            "SlowQueries",
            "One in a hundred of the requests' queries takes over 500 ms.",
            "slow-queries",
            metric=measures.own("QueryDuration", "p99", Duration.minutes(5), kind="endpoint"),
            above=500,
            periods=2,
        )

    def _rest(self) -> None:
        platform, measures = self._platform, self._measures
        for pattern in measures.patterns:
            self._tell(
                platform.warning,
                f"CacheHits{pattern.title().replace('-', '').replace('_', '')}",
                f"Fewer than 70 % of the reads of {pattern!r} are answered from the cache.",
                "cache-hit-rate",
                metric=measures.hit_rate(pattern, Duration.minutes(15), least=100),
                below=70,
                periods=2,
            )
        self._tell(
            platform.warning,
            "FailedLogins",
            "Over 100 logins failed within five minutes.",
            "failed-logins",
            metric=measures.own("FailedLogins", "Sum", Duration.minutes(5), kind="endpoint"),
            above=100,
        )
        self._tell(
            platform.critical,
            "BooksBroken",
            "What was invoiced, paid and credited does not add up.",
            "books-broken",
            metric=measures.own("BooksBroken", "Maximum", Duration.hours(1), operation="check_books"),
            above=0,
        )
        self._tell(
            platform.warning,
            "EventsLate",
            "Events wait over five minutes for the relay: nobody is told of anything.",
            "events-late",
            metric=measures.oldest_message("relay", Duration.minutes(1)),
            above=300,
            periods=3,
        )
        self._tell(
            platform.warning,
            "Throttled",
            "Lambda refuses to run functions: the account's or a function's concurrency is used up.",
            "throttled",
            metric=measures.lambdas("Throttles", "Sum", Duration.minutes(5)),
            above=10,
            periods=2,
        )
