"""Sending a file to a server by SFTP: to the very address that was checked, and only if it has the key that we know.

The file has another name until it is whole.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncssh

from shared.exports import reasons
from shared.exports.models import Stored
from shared.kit.addresses import NotPublic, public_address

_PATIENCE = 840
"""Seconds for the whole delivery: less than its function has."""
_BLOCK = 1024 * 1024


class Undelivered(Exception):
    """The file did not arrive; the message says why."""


def send(destination: Stored, credentials: dict[str, str], name: str, content: Any) -> None:
    """Send what can be read of `content` as the file `name`. Raises Undelivered."""
    try:
        asyncio.run(asyncio.wait_for(_send(destination, credentials, name, content), _PATIENCE))
    except NotPublic:
        raise Undelivered(reasons.NOT_PUBLIC) from None
    except asyncssh.HostKeyNotVerifiable:
        raise Undelivered(reasons.ANOTHER_KEY) from None
    except (asyncssh.PermissionDenied, asyncssh.KeyImportError):
        raise Undelivered(reasons.NOT_LET_IN) from None
    except asyncssh.SFTPError:
        raise Undelivered(reasons.NOT_TAKEN) from None
    except (asyncssh.Error, OSError, TimeoutError):
        raise Undelivered(reasons.NO_SERVER) from None


async def _send(destination: Stored, credentials: dict[str, str], name: str, content: Any) -> None:
    key = credentials.get("private_key")
    connecting = asyncssh.connect(
        public_address(destination["host"], destination["port"]),
        destination["port"],
        username=destination["username"],
        password=credentials.get("password"),
        # None of this machine's own: no keys, no agent, no settings, no hosts that it knows.
        client_keys=[asyncssh.import_private_key(key)] if key else None,
        agent_path=None,
        config=None,
        known_hosts=([asyncssh.import_public_key(destination["host_key"])], [], []),
        connect_timeout=15,
        login_timeout=30,
        keepalive_interval=15,
    )
    async with connecting as server, server.start_sftp_client() as sftp:
        path = "/".join(part for part in (destination["directory"].rstrip("/"), name) if part)
        if destination["directory"] == "/":
            path = f"/{name}"
        async with sftp.open(f"{path}.part", "wb") as file:
            for block in _blocks(content):
                await file.write(block)
        await _rename(sftp, f"{path}.part", path)


async def _rename(sftp: asyncssh.SFTPClient, before: str, after: str) -> None:
    """SFTP's own rename overwrites nothing; OpenSSH has one that does."""
    try:
        await sftp.posix_rename(before, after)
    except asyncssh.SFTPOpUnsupported:
        if await sftp.exists(after):
            await sftp.remove(after)
        await sftp.rename(before, after)


def _blocks(content: Any) -> Iterator[bytes]:
    while block := content.read(_BLOCK):
        yield block
