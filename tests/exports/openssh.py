"""OpenSSH's own server on loopback, without rights: this machine's, or Debian's package, unpacked and not installed."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import asyncssh
import bcrypt

from local.cloud.problem import CACHE, Problem
from local.cloud.processes import free_port, spawn, stop, wait_until_it_answers

PACKAGES = ("openssh-server", "libwrap0")

CONFIGURATION = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM {pam}
StrictModes no
Subsystem sftp internal-sftp -d {files}
"""

# To check passwords sshd reads /etc/shadow as root: it gets files of its own in their places, which nobody else sees.
OWN_USERS = """
set -e
mount --make-rprivate /
for name in passwd group shadow; do mount --bind "{folder}/$name" "/etc/$name"; done
mount -t tmpfs tmpfs /run
mkdir /run/sshd
exec "$@"
"""


def checks_passwords():
    """Whether a server on this machine can have users of its own."""
    alone = ["unshare", "--mount", "true"]
    return (
        os.geteuid() == 0
        and bool(shutil.which("unshare"))
        and not subprocess.run(alone, capture_output=True).returncode
    )


class OpenSSH:
    """`with OpenSSH() as server:`; files arrive in `server.files`. With a password it lets `accountant` in by that."""

    def __init__(self, password=None):
        self.password = password
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="leasing-openssh-"))
        self.files = self.folder / "files"
        # A root hands the server to nobody, as local/cloud/data/postgres.py does.
        self.username = "accountant" if password else "nobody" if os.geteuid() == 0 else getpass.getuser()
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")

    @property
    def public_host_key(self):
        return self.host_key.export_public_key().decode().strip()

    @property
    def private_key(self):
        return self.key.export_private_key().decode()

    def __enter__(self):
        self.files.mkdir()
        (self.folder / "host_key").write_bytes(self.host_key.export_private_key())
        (self.folder / "authorized_keys").write_bytes(self.key.export_public_key())
        pam = "no" if self.password else "yes"
        settings = CONFIGURATION.format(port=self.port, folder=self.folder, files=self.files, pam=pam)
        (self.folder / "sshd_config").write_text(settings)
        program, libraries = _program(self.folder)
        self._own(self.folder, *self.folder.iterdir())
        (self.folder / "host_key").chmod(0o600)
        nobody = pwd.getpwnam("nobody")
        user = (nobody.pw_uid, nobody.pw_gid) if os.geteuid() == 0 and not self.password else None
        first = self._with_own_users(nobody) if self.password else []
        log = self.folder / "sshd.log"
        with log.open("ab") as output:
            self.process = spawn(
                [*first, program, "-D", "-e", "-f", self.folder / "sshd_config"],
                output,
                signal.SIGKILL,
                user,
                self.folder,
                {**os.environ, "LD_LIBRARY_PATH": libraries},
            )
        if not wait_until_it_answers(self.process, self.port, 20):
            raise Problem(f"OpenSSH does not start: {log.read_text()}")
        return self

    def __exit__(self, *problem):
        stop(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def folder_of(self, name):
        """A folder in which files may arrive."""
        (self.files / name).mkdir()
        self._own(self.files / name)

    def _with_own_users(self, nobody):
        """The command that starts another one, for which there are also the user `sshd`, and `accountant`."""
        kept = bcrypt.hashpw(self.password.encode(), bcrypt.gensalt(4)).decode()
        more = {
            "passwd": f"sshd:x:{nobody.pw_uid}:{nobody.pw_gid}::/run/sshd:/usr/sbin/nologin\n"
            f"accountant:x:{nobody.pw_uid}:{nobody.pw_gid}::{self.folder}:/bin/sh\n",
            "group": "",
            "shadow": f"accountant:{kept}:20000:0:99999:7:::\n",
        }
        for name, lines in more.items():
            (self.folder / name).write_text(Path("/etc", name).read_text() + lines)
        (self.folder / "shadow").chmod(0o600)
        return [shutil.which("unshare"), "--mount", "sh", "-c", OWN_USERS.format(folder=self.folder), "sshd"]

    def _own(self, *paths):
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            for path in paths:
                os.chown(path, nobody.pw_uid, nobody.pw_gid)


def _program(folder):
    """sshd, by its absolute path, and where else its libraries are."""
    if found := shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"):
        return found, ""
    if not shutil.which("apt-get"):
        raise Problem("No OpenSSH server found: install openssh-server, and run the tests again.")
    kept = CACHE / "openssh"
    if not any(kept.glob("openssh-server_*.deb")):
        kept.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["apt-get", "download", *PACKAGES], cwd=kept, capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"openssh-server could not be downloaded: install it, and run the tests again. {done.stderr}")
    root = folder / "root"
    for package in sorted(kept.glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, root], check=True)
    libraries = ":".join(str(path) for path in root.glob("usr/lib/*-linux-gnu*"))
    return root / "usr/sbin/sshd", f"{libraries}:{':'.join(str(path) for path in root.glob('lib/*-linux-gnu*'))}"
