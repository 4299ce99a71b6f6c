"""Bytecode that Lambda accepts, for layers and functions.

Lambda never stores bytecode, and CDK's zip dates every file 1980, so only `unchecked-hash` bytecode is accepted
there; without it a cold start costs more than twice as much.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PYTHON = "3.13"
COMPILE = ["-m", "compileall", "-q", "--invalidation-mode=unchecked-hash"]


def interpreter() -> str:
    """The interpreter whose bytecode Lambda reads. Raises SystemExit with a sentence if there is none."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON:
        return sys.executable
    found = shutil.which(f"python{PYTHON}")
    if found is None:
        raise SystemExit(f"What is deployed needs CPython {PYTHON} itself, as Lambda runs it: install python{PYTHON}.")
    return found


def compile_folder(folder: Path, deployed: str, name: str) -> None:
    """Compile everything below the folder, which becomes `deployed` on Lambda.

    Raises SystemExit with a sentence if something does not compile.
    """
    # `-s` and `-p` keep the build's own path out of the bytecode, and so out of the asset's hash.
    run([interpreter(), *COMPILE, "-s", str(folder), "-p", deployed, str(folder)], f"{name} could not be compiled.")


def run(command: list[str], failure: str) -> str:
    """The command's output. Raises SystemExit with the given sentence and the command's error output."""
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 (our own command line)
    if done.returncode:
        raise SystemExit(f"{failure}\n{(done.stderr or done.stdout).strip()}")
    return done.stdout
