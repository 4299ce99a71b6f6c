"""The settings that the stack gave this function: read when needed, never at import.

An operation can only read resources that its declaration names under `uses=`: reading another one
fails here, in the first test, and not in production.
"""

import os

from shared.kit.request import current
from shared.kit.resources import RESOURCES


class NotDeclared(RuntimeError):
    """The operation asked for a resource that its declaration does not name."""


def setting(name: str, default: str | None = None) -> str:
    """The setting `name` of every function. Raises NotDeclared if it is unset and has no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise NotDeclared(f"{name} is not set")
    return value


def resource(name: str) -> str:
    """Where the resource is: a URL, an ARN or a name. Raises NotDeclared unless `uses=` names it."""
    operation = current().operation
    if not any(use.startswith(f"{name}.") for use in operation.uses):
        raise NotDeclared(f"{operation.name} must declare {name} under uses=")
    return setting(RESOURCES[name].variable)
