"""CloudFront in front of buckets: the behaviours that the templates' distributions have for paths of a bucket.

Nothing is kept at the edge here: what was deleted is gone at once, and not only when its time in the cache is over.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from local.cloud.account import ACCOUNT, REGION
from local.cloud.asgi import Receive, Scope, Send, joined_headers, respond
from local.cloud.aws.endpoint import s3_refusal
from local.cloud.aws.moto_app import Moto
from local.cloud.aws.permissions import Demand, Statement, allowed
from local.cloud.templates.resources import Resources

SERVICE = "cloudfront.amazonaws.com"
PASSED_ON = ("range", "if-none-match", "if-modified-since")
SECURITY = {
    "ContentSecurityPolicy": ("content-security-policy", "ContentSecurityPolicy"),
    "FrameOptions": ("x-frame-options", "FrameOption"),
    "ReferrerPolicy": ("referrer-policy", "ReferrerPolicy"),
}
"""Part of a response headers policy → the header, and the property with its value."""


@dataclass(frozen=True)
class Behavior:
    """How one pattern of paths is served from a bucket."""

    pattern: str
    methods: Sequence[str]
    bucket: str
    statements: Sequence[Statement]
    """What the bucket's policy says of CloudFront."""
    policy: Mapping[str, Any]
    """The response headers policy."""

    def may(self, action: str, resource: str) -> bool:
        """Whether the bucket lets CloudFront do that."""
        return allowed(self.statements, Demand(action, resource, {"AWS:SourceAccount": ACCOUNT}))

    def headers(self, stored: Sequence[tuple[str, str]], origin: str | None) -> list[tuple[str, str]]:
        """The object's own headers, changed as the policy says."""
        # moto reads headers through WSGI, which turns underscores into hyphens.
        items = self.policy.get("RemoveHeadersConfig", {}).get("Items", [])
        removed = {each["Header"].lower().replace("_", "-") for each in items}
        added = {**_custom(self.policy), **_security(self.policy), **_cors(self.policy, origin)}
        kept = [(name, value) for name, value in stored if name.lower() not in removed | added.keys()]
        return [*kept, *added.items()]


def read_behaviors(resources: Resources) -> list[Behavior]:
    """Every behaviour whose origin is a bucket."""
    templates = resources.templates
    policies = {
        templates.attributes(each)["Ref"]: templates.property(each, "ResponseHeadersPolicyConfig")
        for each in templates.all("AWS::CloudFront::ResponseHeadersPolicy")
    }
    granted = _granted(resources)
    found = []
    for distribution in templates.all("AWS::CloudFront::Distribution"):
        config = templates.property(distribution, "DistributionConfig")
        buckets = {
            origin["Id"]: str(origin["DomainName"]).removesuffix(f".s3.{REGION}.amazonaws.com")
            for origin in config["Origins"]
            if "S3OriginConfig" in origin
        }
        for behavior in config.get("CacheBehaviors", []):
            bucket = buckets.get(behavior["TargetOriginId"])
            if bucket:
                policy = policies.get(behavior.get("ResponseHeadersPolicyId"), {})
                methods = behavior.get("AllowedMethods", ["GET", "HEAD"])
                found.append(Behavior(behavior["PathPattern"], methods, bucket, granted.get(bucket, []), policy))
    return found


def _granted(resources: Resources) -> dict[str, list[Statement]]:
    """Bucket → the statements of its policy for CloudFront."""
    templates = resources.templates
    return {
        templates.property(policy, "Bucket"): [
            statement
            for statement in templates.property(policy, "PolicyDocument")["Statement"]
            if statement.get("Principal", {}) != {"AWS": "*"} and statement["Principal"].get("Service") == SERVICE
        ]
        for policy in templates.all("AWS::S3::BucketPolicy")
    }


def _custom(policy: Mapping[str, Any]) -> dict[str, str]:
    items = policy.get("CustomHeadersConfig", {}).get("Items", [])
    return {each["Header"].lower(): each["Value"] for each in items}


def _security(policy: Mapping[str, Any]) -> dict[str, str]:
    config = policy.get("SecurityHeadersConfig", {})
    found = {header: config[part][value] for part, (header, value) in SECURITY.items() if part in config}
    if "ContentTypeOptions" in config:
        found["x-content-type-options"] = "nosniff"
    if transport := config.get("StrictTransportSecurity"):
        found["strict-transport-security"] = f"max-age={transport['AccessControlMaxAgeSec']}" + (
            "; includeSubDomains" if transport.get("IncludeSubdomains") else ""
        )
    return found


def _cors(policy: Mapping[str, Any], origin: str | None) -> dict[str, str]:
    config = policy.get("CorsConfig")
    if not config or origin is None:
        return {}
    origins = config["AccessControlAllowOrigins"]["Items"]
    if "*" not in origins and origin not in origins:
        return {}
    return {"access-control-allow-origin": "*" if "*" in origins else origin, "vary": "Origin"}


class Cdn:
    """The ASGI application of all these behaviours."""

    def __init__(self, behaviors: Sequence[Behavior], moto: Moto, threads: Executor) -> None:
        self._behaviors, self._moto, self._threads = behaviors, moto, threads

    def serves(self, path: str) -> bool:
        """Whether a behaviour has this path."""
        return self._behavior(path) is not None

    def _behavior(self, path: str) -> Behavior | None:
        return next((each for each in self._behaviors if fnmatchcase(path, each.pattern)), None)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request from the bucket."""
        behavior = self._behavior(scope["path"])
        assert behavior is not None  # noqa: S101 (`serves` was asked)
        headers, method = joined_headers(scope), scope["method"]
        if method not in behavior.methods:
            await respond(send, 403, *s3_refusal("MethodNotAllowed", "This path is only read.")[1:])
            return
        loop = asyncio.get_running_loop()
        path = unquote(scope["raw_path"].decode("latin-1"))
        status, stored, body = await loop.run_in_executor(self._threads, self._read, behavior, path, headers)
        told = behavior.headers(stored, headers.get("origin"))
        if method == "HEAD":
            told = [*told, ("content-length", str(len(body)))]
        await respond(send, status, told, b"" if method == "HEAD" else body, to_head=method == "HEAD")

    def _read(
        self, behavior: Behavior, path: str, headers: Mapping[str, str]
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        arn = f"arn:aws:s3:::{behavior.bucket}"
        if not behavior.may("s3:GetObject", f"{arn}{path}"):
            return s3_refusal("AccessDenied", "Access Denied")
        passed = {name: headers[name] for name in PASSED_ON if name in headers}
        asked = self._moto.signed("s3") | passed
        status, stored, body = self._moto.request("GET", f"/{behavior.bucket}{path}", "", asked, b"")
        if status == 404 and not behavior.may("s3:ListBucket", arn):
            return s3_refusal("AccessDenied", "Access Denied")
        shown = [(name, value) for name, value in stored if name.lower() != "content-length"]
        return status, [*shown, ("x-cache", "Miss from cloudfront")], body
