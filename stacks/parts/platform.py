"""What the stacks of the words, the edge and the dashboard receive: everything created before them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns

from shared.kit.catalog import Operation
from stacks.database import DatabaseStack
from stacks.network import NetworkStack
from stacks.parts.grants import Provided
from stacks.parts.http_apis import HttpApi
from stacks.parts.queue import Queue
from stacks.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Filled in by stacks/platform.py."""

    stage: Stage
    network: NetworkStack
    database: DatabaseStack
    catalog: tuple[Operation, ...]
    layers: Callable[[str], Path] | None
    """A layer's folder by its name; None on the local platform, where functions use the installed packages."""
    archives: Callable[[str], Path] | None
    """The folder of a word's code; None on the local platform, where functions run from the source tree."""
    public_url: str
    http_apis: tuple[HttpApi, ...]
    """The HTTP APIs, each with its authorizer; the first one answers wherever no other does."""
    socket_api: apigateway.WebSocketApi
    bus: events.EventBus
    queues: Mapping[str, Queue]
    resources: Mapping[str, Provided]
    """The resources that functions may use, by their names in `uses=`."""
    critical: sns.Topic
    """Notifies people who must act now."""
    warning: sns.Topic
    """Notifies people who look on working days."""
