"""What the templates say about each API: its routes, its authorizers, its stage."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from local.cloud.templates.assembly import Resource, Templates
from local.cloud.templates.resources import Resources


@dataclass(frozen=True)
class Authorizer:
    """A Lambda authorizer with simple responses."""

    function: str
    identity: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Route:
    """One route and the function behind it."""

    key: str
    function: str
    authorizer: Authorizer | None = None
    answers: bool = False
    """A WebSocket route that sends what its function returns."""


@dataclass(frozen=True)
class Api:
    """One API with its routes and its stage."""

    id: str
    stage_name: str
    selection: str
    cors: Mapping[str, Any]
    stage: Mapping[str, Any]
    routes: Mapping[str, Route]


def read_apis(resources: Resources, protocol: str) -> list[Api]:
    """The APIs of that protocol (HTTP or WEBSOCKET), in the order of the templates."""
    templates = resources.templates
    return [
        _read_api(templates, api)
        for api in templates.all("AWS::ApiGatewayV2::Api")
        if templates.property(api, "ProtocolType") == protocol
    ]


def _read_api(templates: Templates, api: Resource) -> Api:
    identifier = templates.attributes(api)["Ref"]

    def of_this(kind: str) -> list[Resource]:
        return [each for each in templates.all(kind) if templates.property(each, "ApiId") == identifier]

    functions = {
        templates.attributes(each)["Ref"]: _function_in(templates.property(each, "IntegrationUri"))
        for each in of_this("AWS::ApiGatewayV2::Integration")
    }
    authorizers = {
        templates.attributes(each)["Ref"]: _authorizer(templates.properties(each))
        for each in of_this("AWS::ApiGatewayV2::Authorizer")
    }
    routes = {}
    for each in of_this("AWS::ApiGatewayV2::Route"):
        properties = templates.properties(each)
        routes[properties["RouteKey"]] = Route(
            key=properties["RouteKey"],
            function=functions[properties["Target"].partition("/")[2]],
            authorizer=authorizers.get(properties.get("AuthorizerId", "")),
            answers=bool(properties.get("RouteResponseSelectionExpression")),
        )
    stages = of_this("AWS::ApiGatewayV2::Stage")
    stage = templates.properties(stages[0]) if stages else {}
    return Api(
        id=identifier,
        stage_name=stage.get("StageName", "$default"),
        selection=templates.property(api, "RouteSelectionExpression", ""),
        cors=templates.property(api, "CorsConfiguration", {}),
        stage=stage,
        routes=routes,
    )


def _authorizer(properties: Mapping[str, Any]) -> Authorizer:
    return Authorizer(
        function=_function_in(properties["AuthorizerUri"]),
        identity=tuple(properties.get("IdentitySource", [])),
        seconds=float(properties.get("AuthorizerResultTtlInSeconds", 0)),
    )


def _function_in(uri: str) -> str:
    """The function's name in an integration's URI, whichever way the ARN is wrapped."""
    found = re.search(r":function:([A-Za-z0-9_-]+)", uri)
    if found is None:
        raise ValueError(f"no function in {uri}")
    return found[1]


class Table:
    """Finds the route of a request: an exact path, then the most literal pattern, then `$default`."""

    def __init__(self, routes: Mapping[str, Route]) -> None:
        self.default = routes.get("$default")
        self._exact: dict[tuple[str, str], Route] = {}
        self._patterns: list[tuple[str, list[str], Route]] = []
        for key, route in routes.items():
            method, _, path = key.partition(" ")
            if "{" in path:
                self._patterns.append((method, path.split("/"), route))
            elif path:
                self._exact[method, path] = route
        # If two patterns match, the one with a literal further to the left wins; greedy ones come last.
        self._patterns.sort(key=lambda entry: [_rank(segment) for segment in entry[1]])

    def find(self, method: str, path: str) -> tuple[Route | None, dict[str, str]]:
        """The route and its path parameters."""
        for wanted in (method, "ANY"):
            if route := self._exact.get((wanted, path)):
                return route, {}
        segments = path.split("/")
        for wanted in (method, "ANY"):
            for route_method, pattern, route in self._patterns:
                if route_method == wanted and (parameters := _match(pattern, segments)) is not None:
                    return route, parameters
        return self.default, {}

    def nearness(self, path: str) -> list[int]:
        """The smaller, the more literally a route of any method matches the path; largest if none does."""
        segments = path.split("/")
        fitting = [pattern for _, pattern, _ in self._patterns if _match(pattern, segments) is not None]
        fitting += [exact.split("/") for _, exact in self._exact if exact == path]
        return min(([_rank(segment) for segment in pattern] for pattern in fitting), default=[_NOWHERE])


_NOWHERE = 3


def _rank(segment: str) -> int:
    return 2 if segment.endswith("+}") else 1 if segment.startswith("{") else 0


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    greedy = pattern[-1].endswith("+}")
    if len(segments) < len(pattern) or (len(segments) > len(pattern) and not greedy):
        return None
    parameters: dict[str, str] = {}
    for index, part in enumerate(pattern):
        if part.endswith("+}"):
            parameters[part[1:-2]] = unquote("/".join(segments[index:]))
        elif part.startswith("{"):
            if not segments[index]:
                return None
            parameters[part[1:-1]] = unquote(segments[index])
        elif part != segments[index]:
            return None
    return parameters
