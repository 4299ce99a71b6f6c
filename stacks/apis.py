"""The APIs, without routes and stages yet, so that both CloudFront and the functions can refer to them.

The address that AWS gives an API cannot be disabled, because CloudFront itself uses it. The functions refuse requests
that did not come through CloudFront (shared/kit/origin.py).
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from constructs import Construct

from stacks.parts.http_apis import HttpApi
from stacks.stage import Stage

HTTP_APIS: Mapping[str, tuple[str, ...]] = {
    "Http": (),
    "BackOffice": tuple(
        f"/api/v1/{word}" for word in ("admin", "exports", "imports", "integrations", "reports", "webhooks")
    ),
}
"""Every HTTP API, and the paths below which it answers; the first one answers everywhere else.

An HTTP API has at most 300 integrations, a quota that AWS does not raise. Another API behind the same address is one
more entry here. Once the platform is deployed, give it new paths only: paths that move from one API to another are not
found while the deployment that moves them is under way.
"""

SOCKET_STAGE = "ws"
"""Also the path at which CloudFront serves it: the gateway takes the first part of a path for the stage."""

REQUEST_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "X-Correlation-ID",
    "X-Refresh-Token",
]
RESPONSE_HEADERS = [
    "Content-Disposition",
    "ETag",
    "Idempotent-Replayed",
    "Retry-After",
    "X-Correlation-ID",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
]
METHODS = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]


class ApisStack(Stack):
    def __init__(self, scope: Construct, id: str, *, stage: Stage, **settings: Any) -> None:
        super().__init__(scope, id, **settings)
        self.http_apis = tuple(HttpApi(name, self._http(stage, name), paths) for name, paths in HTTP_APIS.items())
        self.sockets = apigateway.WebSocketApi(
            self,
            "SocketApi",
            api_name=stage.named("sockets"),
            route_selection_expression="$request.body.event",
        )

    def host_of(self, api_id: str) -> str:
        """The address that AWS gave the API."""
        return f"{api_id}.execute-api.{self.region}.{self.url_suffix}"

    def _http(self, stage: Stage, name: str) -> apigateway.HttpApi:
        return apigateway.HttpApi(
            self,
            f"{name}Api",
            api_name=stage.named(name.lower()),
            create_default_stage=False,
            cors_preflight=apigateway.CorsPreflightOptions(
                allow_origins=list(stage.cors_origins),
                allow_methods=[apigateway.CorsHttpMethod[method] for method in METHODS],
                allow_headers=REQUEST_HEADERS,
                expose_headers=RESPONSE_HEADERS,
                allow_credentials=True,
                max_age=Duration.minutes(10),
            ),
        )
