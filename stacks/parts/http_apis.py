"""The HTTP APIs behind the platform's one address, and which of them answers where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aws_cdk import aws_apigatewayv2 as apigateway

from shared.kit.catalog import HttpOperation


@dataclass(frozen=True, slots=True)
class HttpApi:
    """One HTTP API, and below which paths it answers; the first of all has none, and answers everywhere else."""

    name: str
    api: apigateway.HttpApi
    paths: tuple[str, ...] = ()
    authorizer_id: str = ""

    @property
    def patterns(self) -> list[str]:
        """What CloudFront sends to it."""
        return [pattern for path in self.paths for pattern in (path, f"{path}/*")]


def apis_of(operation: HttpOperation, http_apis: Sequence[HttpApi]) -> Iterable[HttpApi]:
    """Where the operation has its route: one that answers whatever has no route of its own is in every API."""
    if not operation.method:
        return http_apis
    path = f"{operation.path}/"
    return [
        next(
            (http_api for http_api in http_apis if path.startswith(tuple(f"{own}/" for own in http_api.paths))),
            http_apis[0],
        )
    ]
