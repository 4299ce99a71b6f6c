"""What the stacks of the words, the edge and the dashboard are given: all that stands before any of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_events as events
from aws_cdk import aws_sns as sns

from shared.kit.catalog import Operation
from stacks.database import DatabaseStack
from stacks.network import NetworkStack
from stacks.parts.doors import Door
from stacks.parts.grants import Provided
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
    """A layer's folder by its name; None on one machine, where functions run on its own packages."""
    archives: Callable[[str], Path] | None
    """The folder of a word's code; None on one machine, where functions run as they are written."""
    public_url: str
    doors: tuple[Door, ...]
    """The HTTP APIs, each with the authorizer before it; the first answers wherever no other does."""
    socket_api: apigateway.WebSocketApi
    bus: events.EventBus
    queues: Mapping[str, Queue]
    resources: Mapping[str, Provided]
    """What functions may be granted, by the name that an operation's `uses=` has for it."""
    critical: sns.Topic
    """Tells those who have to look now."""
    warning: sns.Topic
    """Tells those who look on a working day."""
