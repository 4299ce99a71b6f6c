"""What `uses=` means: an entry such as `documents.read` is a resource and an action on it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_iam as iam

from shared.kit.catalog import Operation
from shared.kit.resources import RESOURCES, all_uses, grant_of, resource_of


@dataclass(frozen=True, slots=True)
class Provided:
    """A resource that a stack created: its name in policies, and the value passed to functions."""

    arn: str
    value: str


def check_uses(operation: Operation, resources: Mapping[str, Provided]) -> None:
    """Raises ValueError with a sentence if the stacks cannot supply what the operation declares."""
    for use in operation.uses:
        name = resource_of(use)
        if grant_of(use) is None:
            raise ValueError(f"{operation.name} uses {use!r}: choose one of {', '.join(all_uses())}.")
        if name not in resources:
            raise ValueError(f"{operation.name} uses {name!r}, which the stack of {operation.word} lacks.")
        if operation.vpc and not RESOURCES[name].in_network:
            raise ValueError(f"{operation.name} uses {name!r}, which cannot be reached from the network.")
    if operation.database and not operation.vpc:
        raise ValueError(f"{operation.name} needs the database, which only the network reaches.")


def statements_for(operation: Operation, resources: Mapping[str, Provided]) -> list[iam.PolicyStatement]:
    """The policy statements of the operation's `uses=`."""
    return [
        iam.PolicyStatement(
            actions=list(grant.actions),
            resources=[f"{resources[resource_of(use)].arn}{part}" for part in grant.parts],
        )
        for use in operation.uses
        if (grant := grant_of(use))
    ]
