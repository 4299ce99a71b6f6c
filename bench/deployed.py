"""What a cold start loads once it is deployed: the word's compiled archive, the packages of its layers, and no more.

Layers themselves hold arm64 wheels; the same packages are linked here as this machine has them. So an operation that
needs a package of a layer that it does not declare fails here as it would on Lambda.
"""

import os
import re
import shutil
import site
from importlib.metadata import distribution
from pathlib import Path

from shared.kit.catalog import Operation
from stacks.parts import layers
from stacks.parts.archives import DEPLOYED, built_archive
from stacks.parts.bytecode import compile_folder

PEERS = Path(__file__).parent / "peers"


class Deployed:
    """Where each measured process finds its modules, as PYTHONPATH has it."""

    def __init__(self, folder: Path) -> None:
        self._layers = {name: _linked(name, folder / "layers" / name) for name in layers.NAMES}
        self._peers = folder / "peers"
        shutil.copytree(PEERS, self._peers / "bench" / "peers", ignore=shutil.ignore_patterns("__pycache__"))
        compile_folder(self._peers, DEPLOYED, "What is measured beside us")

    def path_of(self, operation: Operation) -> str:
        """The archive of the operation's word, and its layers."""
        return _joined(built_archive(operation.word), *(self._layers[name] for name in operation.layers))

    @property
    def lean(self) -> str:
        """The lean floor, compiled as archives are, and the one layer that it stands on."""
        return _joined(self._peers, self._layers["common"])

    @property
    def usual(self) -> str:
        """The usual stack, compiled likewise; its packages are wherever this machine has them."""
        return _joined(self._peers, *map(Path, site.getsitepackages()))


def _linked(name: str, folder: Path) -> Path:
    folder.mkdir(parents=True)
    locked = (layers.ROOT / name / "requirements.txt").read_text()
    for package in re.findall(r"^([\w.-]+)==", locked, re.MULTILINE):
        found = distribution(package)
        # Scripts lie above the packages, in `..`.
        for top in {path.parts[0] for path in found.files or []} - {"..", "__pycache__"}:
            (folder / top).symlink_to(Path(str(found.locate_file(top))))
    return folder


def _joined(*folders: Path) -> str:
    return os.pathsep.join(map(str, folders))
