"""Where a request comes from: through CloudFront, which tells the client's address, or around it.

CloudFront adds a secret to what it passes on (stacks/front.py), as the gateway's own address is open to everybody: what
comes without it is refused, whatever address it claims to come from. Where no secret is set, as on one machine, there
is no CloudFront, and the address is the one that the gateway saw. The reasons are in
docs/decisions/0015-the-edge-is-known-by-a-secret.md.
"""

from collections.abc import Mapping
from hmac import compare_digest

from shared.kit.errors import Forbidden
from shared.kit.settings import setting

SECRET_HEADER = "x-origin-secret"  # noqa: S105 (its name)
ADDRESS_HEADER = "x-viewer-address"
"""CloudFront overwrites both: nobody can send them through it."""


class AroundTheEdge(Forbidden):
    """Sent to the gateway's own address, past the firewall."""

    code = "FORBIDDEN"
    message = "This address is closed. Use the public one."
    remedy = "Send requests to the platform's public address, not to the gateway's own."


def has_edge() -> bool:
    """There is a CloudFront; then the gateway sees its addresses, and none of a client's."""
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
    """One, or the coming and the going one while they change (docs/deploy.md)."""
    return [secret for secret in setting("ORIGIN_SECRETS", "").split(",") if secret]
