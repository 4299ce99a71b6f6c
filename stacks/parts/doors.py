"""The HTTP APIs behind the platform's one address, and which of them answers where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aws_cdk import aws_apigatewayv2 as apigateway

from shared.kit.catalog import HttpOperation


@dataclass(frozen=True, slots=True)
class Door:
    """One HTTP API, and below which paths it answers; the first door of all has none, and answers everywhere else."""

    name: str
    api: apigateway.HttpApi
    paths: tuple[str, ...] = ()
    authorizer_id: str = ""

    @property
    def patterns(self) -> list[str]:
        """What CloudFront sends to it."""
        return [pattern for path in self.paths for pattern in (path, f"{path}/*")]


def doors_of(operation: HttpOperation, doors: Sequence[Door]) -> Iterable[Door]:
    """Where the operation has its route: one that answers whatever has no route of its own is behind every door."""
    if not operation.method:
        return doors
    path = f"{operation.path}/"
    return [next((door for door in doors if path.startswith(tuple(f"{own}/" for own in door.paths))), doors[0])]
