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
    """Where the operation has its routes: one that answers whatever has no route of its own is in every API.

    Raises ValueError where its second path would be another API's: one integration serves both.
    """
    if not operation.method:
        return http_apis
    first, *others = [_api_at(path, http_apis) for path in operation.paths]
    if any(other is not first for other in others):
        raise ValueError(f"{operation.name} has paths in two HTTP APIs.")
    return [first]


def _api_at(path: str, http_apis: Sequence[HttpApi]) -> HttpApi:
    below = (one for one in http_apis if f"{path}/".startswith(tuple(f"{own}/" for own in one.paths)))
    return next(below, http_apis[0])
