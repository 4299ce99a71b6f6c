"""Secrets that an operator keeps in Secrets Manager; docs/runbooks (docusign.md, oauth.md) say what they hold."""

import time
from typing import Any

from shared.kit.aws import call
from shared.kit.settings import resource
from shared.kit.wire import load

_SECONDS = 60
"""How long the old value may still be used after a rotation; without a cache every forged message would cost a call."""

_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def secret(name: str) -> dict[str, Any]:
    """The secret's JSON object; `name` is a resource of `uses=`."""
    arn = resource(name)
    until, value = _kept.get(arn, (0.0, {}))
    if time.monotonic() >= until:
        value = load(call("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": arn})["SecretString"])
        _kept[arn] = time.monotonic() + _SECONDS, value
    return value
