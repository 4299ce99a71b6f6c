"""Hosts that people name and that we connect to: only public addresses, so that nobody reaches our own network.

A name is resolved at each use and the connection goes to the very address that was checked: a name that resolves to
another one a moment later gains nothing.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from shared.kit.settings import setting


class NotPublic(Exception):
    """The host has no address, or one that is not public; the message says which, in the words of a field."""


class Unresolved(NotPublic):
    """The name has no address, at least not now."""


def public_address(host: str, port: int) -> str:
    """An address of the host to connect to. Raises NotPublic unless all that it resolves to are public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unresolved("cannot be resolved") from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(_is_allowed(address) for address in addresses):
        raise NotPublic("must resolve to public addresses only")
    return addresses[0]


def _is_allowed(address: str) -> bool:
    # On one's own machine, where `make up` says so; no stage sets it.
    if address == "127.0.0.1" and setting("ALLOW_LOCAL_TARGETS", "") == "1":
        return True
    return _is_public(ip_address(address.partition("%")[0]))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        # Addresses that carry another one go where that one says: mapped, 6to4, and through a translator (RFC 6052).
        inner = address.ipv4_mapped or address.sixtofour
        if address.packed[:12] == _TRANSLATED:
            inner = IPv4Address(address.packed[12:])
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast


_TRANSLATED = bytes.fromhex("0064ff9b") + bytes(8)
