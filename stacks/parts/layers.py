"""Third-party code for Lambda, built on any machine without Docker: wheels for arm64 Linux, byte-compiled.

python -m stacks.parts.layers        regenerates layers/*/requirements.txt from requirements.in
"""

import hashlib
import json
import shutil
from pathlib import Path

from stacks.parts.bytecode import COMPILE, PYTHON, compile_folder, interpreter, run

ROOT = Path(__file__).parents[2] / "layers"
BUILT = ROOT / ".build"
NAMES = tuple(sorted(path.parent.name for path in ROOT.glob("*/requirements.in")))

# Naming only one platform fails: not every project builds for the same glibc.
WHEELS = [
    "--implementation=cp",
    f"--python-version={PYTHON}",
    "--only-binary=:all:",
    "--platform=manylinux2014_aarch64",
    "--platform=manylinux_2_28_aarch64",
    "--platform=manylinux_2_34_aarch64",
]
INSTALL = ["install", "--quiet", "--no-compile", "--no-deps", "--require-hashes", *WHEELS]


def built_layer(name: str) -> Path:
    """The folder that becomes /opt: built now, or reused from an earlier synthesis.

    Raises SystemExit with a sentence if this machine cannot build it.
    """
    target = BUILT / f"{name}-{_digest(name)}"
    if not target.exists():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        _build(name, unfinished)
        unfinished.rename(target)
    return target


def _digest(name: str) -> str:
    recipe = hashlib.sha256(" ".join([*INSTALL, *COMPILE]).encode())
    for path in sorted((ROOT / name).rglob("*")):
        if path.is_file():
            recipe.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return recipe.hexdigest()[:16]


def _build(name: str, target: Path) -> None:
    source, packages = ROOT / name, target / "python"
    # A layer's other files (certificates, fonts) are in separate folders.
    for folder in source.iterdir():
        if folder.is_dir():
            shutil.copytree(folder, target / folder.name)
    run(
        [interpreter(), "-m", "pip", *INSTALL, "--target", str(packages), "-r", str(source / "requirements.txt")],
        f"The layer {name!r} could not be built: is the package index reachable?",
    )
    # Scripts and the list of files contain paths of this machine.
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for record in packages.glob("*.dist-info/RECORD"):
        record.unlink()
    compile_folder(packages, "/opt/python", f"The layer {name!r}")


def lock(name: str) -> None:
    """Write the layer's requirements.txt: every package with its version and the hash of its wheel."""
    wanted = ROOT / name / "requirements.in"
    report = run(
        [
            interpreter(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--dry-run",
            "--ignore-installed",
            "--report=-",
            *WHEELS,
        ]
        + ["--target", str(BUILT / "none"), "-r", str(wanted)],
        f"The layer {name!r} could not be locked.",
    )
    lines = [
        f"{item['metadata']['name'].lower()}=={item['metadata']['version']} \\\n"
        f"    --hash=sha256:{item['download_info']['archive_info']['hashes']['sha256']}\n"
        for item in json.loads(report)["install"]
    ]
    heading = "# Written by `python -m stacks.parts.layers` from requirements.in: do not edit.\n"
    (ROOT / name / "requirements.txt").write_text(heading + "".join(sorted(lines)))


if __name__ == "__main__":
    for layer in NAMES:
        lock(layer)
