"""asyncssh's own SFTP server on loopback, which checks passwords whoever runs it."""

import asyncio
import shutil
import tempfile
import threading
from pathlib import Path

import asyncssh


class PasswordServer:
    """`with PasswordServer(password) as server:`; it lets `accountant` in, and files arrive in `server.files`."""

    username, private_key = "accountant", None

    def __init__(self, password):
        self.password = password
        self.files = Path(tempfile.mkdtemp(prefix="leasing-sftp-"))
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.public_host_key = self.host_key.export_public_key().decode().strip()

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        asked = asyncio.run_coroutine_threadsafe(self._listen(), self.loop)
        self.listening = asked.result(20)
        self.port = self.listening.get_port()
        return self

    def __exit__(self, *problem):
        asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(20)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
        shutil.rmtree(self.files)

    def folder_of(self, name):
        """A folder in which files may arrive."""
        (self.files / name).mkdir()

    async def _listen(self):
        expected = (self.username, self.password)

        class Door(asyncssh.SSHServer):
            def password_auth_supported(self):
                return True

            def validate_password(self, username, password):
                return (username, password) == expected

        return await asyncssh.create_server(
            Door,
            "127.0.0.1",
            0,
            server_host_keys=[self.host_key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(self.files)),
        )

    async def _close(self):
        self.listening.close()
        await self.listening.wait_closed()
