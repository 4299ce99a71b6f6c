"""Bytecode that Lambda believes, for what is deployed: layers and functions.

Lambda never keeps bytecode and CDK's zip gives every file the date 1980, so that only `unchecked-hash`
bytecode is believed there; without it a cold start costs more than twice as much.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PYTHON = "3.13"
COMPILE = ["-m", "compileall", "-q", "--invalidation-mode=unchecked-hash"]


def interpreter() -> str:
    """The interpreter whose bytecode Lambda reads. Raises SystemExit with a sentence where there is none."""
    if f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON:
        return sys.executable
    found = shutil.which(f"python{PYTHON}")
    if found is None:
        raise SystemExit(f"What is deployed needs CPython {PYTHON} itself, as Lambda runs it: install python{PYTHON}.")
    return found


def compile_folder(folder: Path, deployed: str, name: str) -> None:
    """Compile all that is below the folder, which becomes `deployed` on Lambda.

    Raises SystemExit with a sentence where something does not compile.
    """
    # `-s` and `-p` keep the build's own path out of the bytecode, and so out of the asset's hash.
    run([interpreter(), *COMPILE, "-s", str(folder), "-p", deployed, str(folder)], f"{name} could not be compiled.")


def run(command: list[str], failure: str) -> str:
    """What the command prints. Raises SystemExit with the failure's sentence, and with what the command said of it."""
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 (our own command line)
    if done.returncode:
        raise SystemExit(f"{failure}\n{(done.stderr or done.stdout).strip()}")
    return done.stdout
