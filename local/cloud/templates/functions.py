"""Reads the functions out of the templates: code, environment, role, limits."""

import hashlib
import os
from collections.abc import Mapping
from typing import Any

from local.cloud.account import REGION
from local.cloud.lambdas.function import Function
from local.cloud.problem import Problem
from local.cloud.templates.assembly import Resource
from local.cloud.templates.resources import Places, Resources

FROM_HERE = ("PATH", "HOME", "LANG", "LC_ALL", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
"""What a process needs of the machine it runs on."""


def read_functions(resources: Resources, extra: Mapping[str, str]) -> dict[str, Function]:
    """Name → function. `extra` joins every environment."""
    retries = _retries(resources)
    return {
        function.name: function
        for resource in resources.templates.all("AWS::Lambda::Function")
        if (function := _read(resources, resource, extra, retries))
    }


def access_key(name: str) -> str:
    """The access key with which the function signs; derived from its name, so that it stays the same."""
    return "LOCAL" + hashlib.sha256(name.encode()).hexdigest()[:15].upper()


def secret_key(access: str) -> str:
    """The secret that belongs to an access key."""
    return hashlib.sha256(f"leasing local {access}".encode()).hexdigest()[:40]


def _read(
    resources: Resources, resource: Resource, extra: Mapping[str, str], retries: Mapping[str, int]
) -> Function | None:
    properties = resources.templates.properties(resource)
    key = properties["Code"].get("S3Key")
    # Functions that CDK adds for its own deployments: inline code, or another language.
    if key is None or not properties.get("Runtime", "").startswith("python"):
        return None
    root = resources.templates.assets.get(key)
    if root is None or not root.is_dir():
        raise Problem(f"The code of {resource.name} is not a folder ({root}): is asset staging off?")
    attributes = resources.templates.attributes(resource)
    name = attributes["Ref"]
    memory = int(properties.get("MemorySize", 128))
    given = properties.get("Environment", {}).get("Variables", {})
    environment = {
        **{each: os.environ[each] for each in FROM_HERE if each in os.environ},
        **rewritten({key: str(value) for key, value in given.items()}, resources.places),
        **_lambda_environment(name, properties["Handler"], memory, str(root), resources.places),
        **extra,
    }
    return Function(
        name=name,
        arn=attributes["Arn"],
        handler=properties["Handler"],
        root=root,
        environment=environment,
        timeout=float(properties.get("Timeout", 3)),
        memory=memory,
        role=properties["Role"],
        reserved=properties.get("ReservedConcurrentExecutions"),
        retries=retries.get(name, 2),
    )


def rewritten(environment: Mapping[str, str], places: Places) -> dict[str, str]:
    """The template's environment with the endpoints of this machine added."""
    local = {
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": str(places.postgres),
        "DATABASE_SSLMODE": "disable",
        "VALKEY_HOST": "127.0.0.1",
        "VALKEY_PORT": str(places.redis),
        "VALKEY_TLS": "0",
        "PUBLIC_URL": places.public_url,
    }
    changed = {name: local.get(name, value) for name, value in environment.items()}
    changed.pop("DATABASE_SSLROOTCERT", None)
    if endpoint := changed.get("SOCKET_ENDPOINT"):
        # https://API.execute-api.REGION.amazonaws.com/STAGE: the front reads API and stage off the path.
        host, _, stage = endpoint.partition("://")[2].partition("/")
        changed["SOCKET_ENDPOINT"] = f"{places.aws_url}/{host.partition('.')[0]}/{stage}"
    return changed


def _lambda_environment(name: str, handler: str, memory: int, root: str, places: Places) -> dict[str, str]:
    key = access_key(name)
    return {
        "AWS_ENDPOINT_URL": places.aws_url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret_key(key),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "LAMBDA_TASK_ROOT": root,
        "_HANDLER": handler,
        "TZ": ":UTC",
        "RATE_LIMIT_SCALE": os.environ.get("RATE_LIMIT_SCALE", "1"),
    }


def _retries(resources: Resources) -> dict[str, int]:
    configs: list[dict[str, Any]] = [
        resources.templates.properties(each) for each in resources.templates.all("AWS::Lambda::EventInvokeConfig")
    ]
    return {config["FunctionName"].rpartition(":")[2]: int(config.get("MaximumRetryAttempts", 2)) for config in configs}
