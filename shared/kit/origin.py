"""Where a request comes from: through CloudFront, which reports the client's address, or around it.

The gateway's own address is open to everybody, so CloudFront adds a secret to every request (stacks/front.py): a
request without it is refused, whatever address it claims to come from. If no secret is set, as on the local platform,
there is no CloudFront, and the address is the one that the gateway saw. The reasons are in
docs/decisions/0015-the-edge-is-known-by-a-secret.md.
"""

from collections.abc import Mapping
from hmac import compare_digest

from shared.kit.errors import Forbidden
from shared.kit.settings import setting

SECRET_HEADER = "x-origin-secret"  # noqa: S105 (its name)
ADDRESS_HEADER = "x-viewer-address"
"""CloudFront overwrites both, so clients cannot forge them."""


class AroundTheEdge(Forbidden):
    """The request was sent to the gateway's own address, past the firewall."""

    code = "FORBIDDEN"
    message = "This address is closed. Use the public one."
    remedy = "Send requests to the platform's public address, not to the gateway's own."


def has_edge() -> bool:
    """Whether there is a CloudFront; the gateway then sees CloudFront's addresses, never a client's."""
    return bool(_secrets())


def client_address(headers: Mapping[str, str], gateway_saw: str | None) -> str | None:
    """The address that a request with these headers (names in lower case) comes from. Raises AroundTheEdge."""
    if not has_edge():
        return gateway_saw
    offered = headers.get(SECRET_HEADER, "").encode()
    if not any(compare_digest(offered, secret.encode()) for secret in _secrets()):
        raise AroundTheEdge()
    return headers[ADDRESS_HEADER]


def _secrets() -> list[str]:
    """One secret, or both the old and the new one during a rotation (docs/deploy.md)."""
    return [secret for secret in setting("ORIGIN_SECRETS", "").split(",") if secret]
