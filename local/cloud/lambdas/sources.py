"""Notices when a source file changes, so that the next request runs the new code."""

import ctypes
import os
import struct
import sys
import time
from collections.abc import Iterable
from pathlib import Path

WATCHED = 0x2 | 0x8 | 0x40 | 0x80 | 0x200  # modified, written and closed, moved from, moved to, deleted
HEADER = struct.Struct("iIII")
SUFFIXES = (".py", ".json", ".sql", ".html", ".txt", ".jinja")


class Sources:
    """`version` grows whenever a file below `folders` changed since it was last read."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = sorted({each for folder in folders for each in _all_folders(folder)})
        self._version = 0
        self._inotify = _inotify(self._folders) if sys.platform.startswith("linux") and self._folders else -1
        self._seen = {} if self._inotify >= 0 else self._stamps()
        self._looked = time.monotonic()

    @property
    def version(self) -> int:
        """The number of changes seen."""
        if self._inotify >= 0:
            self._version += self._changes()
        elif time.monotonic() - self._looked > 0.25:
            self._looked = time.monotonic()
            stamps = self._stamps()
            self._version += stamps != self._seen
            self._seen = stamps
        return self._version

    def close(self) -> None:
        """Give the kernel's watch back."""
        if self._inotify >= 0:
            os.close(self._inotify)

    def _changes(self) -> int:
        try:
            data = os.read(self._inotify, 1 << 16)
        except BlockingIOError:
            return 0
        offset, changed = 0, 0
        while offset < len(data):
            _, _, _, length = HEADER.unpack_from(data, offset)
            offset += HEADER.size
            name = data[offset : offset + length].rstrip(b"\0").decode()
            offset += length
            changed += name.endswith(SUFFIXES)
        return changed

    def _stamps(self) -> dict[str, int]:
        return {
            entry.path: entry.stat().st_mtime_ns
            for folder in self._folders
            for entry in os.scandir(folder)
            if entry.name.endswith(SUFFIXES)
        }


def _all_folders(root: Path) -> list[Path]:
    inner = [path for path in root.rglob("*") if path.is_dir() and "__pycache__" not in path.parts]
    return [root, *inner] if root.is_dir() else []


def _inotify(folders: Iterable[Path]) -> int:
    """Asked, the kernel answers in a microsecond; comparing some hundred file dates takes half a millisecond."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
    for folder in folders:
        if descriptor >= 0:
            libc.inotify_add_watch(descriptor, os.fsencode(folder), WATCHED)
    return descriptor
