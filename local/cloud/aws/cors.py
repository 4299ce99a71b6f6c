"""What S3 answers to a browser's page of another origin: what the bucket's configuration allows.

Source: Amazon S3 User Guide, "Using cross-origin resource sharing (CORS)".
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

Rule = Mapping[str, Any]
"""As CloudFormation writes it: AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders, MaxAge."""

REFUSED = (
    "<Error><Code>AccessForbidden</Code><Message>CORSResponse: This CORS request is not allowed. This is usually "
    "because the evalution of Origin, request method / Access-Control-Request-Method or "
    "Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.</Message></Error>"
)
"""S3's own words, its misspelling included."""


def allowed_headers(
    rules: Sequence[Rule], origin: str, method: str, wanted: Sequence[str] = ()
) -> list[tuple[str, str]] | None:
    """The headers that let the page read the answer, by the first rule that allows it; None if none does."""
    for rule in rules:
        if _matches(rule, origin, method, wanted):
            return _headers(rule, origin)
    return None


def preflight(rules: Sequence[Rule], headers: Mapping[str, str]) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer to OPTIONS."""
    asked = headers.get("access-control-request-headers", "")
    wanted = [each.strip().lower() for each in asked.split(",") if each.strip()]
    method = headers.get("access-control-request-method", "")
    found = allowed_headers(rules, headers.get("origin", ""), method, wanted)
    if found is None:
        return 403, [("content-type", "application/xml")], REFUSED.encode()
    return 200, [*found, *([("access-control-allow-headers", ", ".join(wanted))] if wanted else [])], b""


def _matches(rule: Rule, origin: str, method: str, wanted: Sequence[str]) -> bool:
    headers = [each.lower() for each in rule.get("AllowedHeaders", ())]
    return (
        any(fnmatchcase(origin, each) for each in rule["AllowedOrigins"])
        and method in rule["AllowedMethods"]
        and all(any(fnmatchcase(name, each) for each in headers) for name in wanted)
    )


def _headers(rule: Rule, origin: str) -> list[tuple[str, str]]:
    is_open = "*" in rule["AllowedOrigins"]
    found = [
        ("access-control-allow-origin", "*" if is_open else origin),
        ("access-control-allow-methods", ", ".join(rule["AllowedMethods"])),
        ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ]
    if not is_open:
        found.append(("access-control-allow-credentials", "true"))
    if exposed := rule.get("ExposedHeaders"):
        found.append(("access-control-expose-headers", ", ".join(exposed)))
    if age := rule.get("MaxAge"):
        found.append(("access-control-max-age", str(age)))
    return found
