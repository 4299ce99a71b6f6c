"""Run a command that dies with its parent, as another user where asked.

Run as a script: `python tether.py PARENT SIGNAL UID GID COMMAND…`. A parent that is killed outright
cannot clean up after itself; the kernel then sends SIGNAL to the command (Linux).
The user is changed here and not by `subprocess`, because the interpreter itself may lie where that user
cannot read it.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def tie_to_parent(parent: int, signal: int) -> None:
    """Ask the kernel to send `signal` to this process when `parent` ends."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    # The parent may have ended before the request stood.
    if os.getppid() != parent:
        os._exit(1)


def main() -> None:
    parent, signal, uid, gid = (int(word) for word in sys.argv[1:5])
    if uid != os.geteuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which clears the request.
    tie_to_parent(parent, signal)
    os.execv(sys.argv[5], sys.argv[5:])  # noqa: S606 (no shell wanted)


if __name__ == "__main__":
    main()
