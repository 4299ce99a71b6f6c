"""Synthesizes the CDK app for this machine, when its declarations have changed since the last time."""

import ast
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from local.cloud.hooks import Inputs
from local.cloud.problem import CHECKOUT, Problem
from local.cloud.processes import run

# Staging off: assets stay where they are, so that a change of a function is live at once.
CONTEXT = {"stage": "local", "aws:cdk:disable-asset-staging": True}


def synthesize(output: Path, inputs: Inputs) -> bool:
    """Bring `output` up to date with `inputs`; returns whether there was anything to do. Raises Problem."""
    stamp = output / "inputs.sha256"
    digest = _digest(inputs)
    if stamp.exists() and stamp.read_text() == digest and (output / "manifest.json").exists():
        return False
    if shutil.which("node") is None:
        raise Problem("node is missing: install Node.js 22 or 24 (the CDK runs on it) and start again.")
    shutil.rmtree(output, ignore_errors=True)
    output.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps(CONTEXT),
        # CDK's own check of the templates takes as long as all the rest; `make deploy` and the tests have it.
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    }
    log = output.parent / "synth.log"
    if failure := run([sys.executable, "app.py"], log, environment):
        raise Problem(f"The stacks do not synthesize ({failure}): read {log}.")
    stamp.write_text(digest)
    return True


def _digest(inputs: Inputs) -> str:
    """A hash of everything the templates are made from."""
    digest = hashlib.sha256()
    for path in _files(inputs.whole):
        digest.update(f"{path.relative_to(CHECKOUT)}\0".encode() + path.read_bytes())
    for path in _files(inputs.declared):
        digest.update(f"{path.relative_to(CHECKOUT)}\0{_declarations(path)}".encode())
    return digest.hexdigest()


def _files(patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(CHECKOUT.glob(pattern))


def _declarations(path: Path) -> str:
    """The part of an operation's file that affects infrastructure: everything except the functions' bodies."""
    source = path.read_text()
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = []
    return ast.dump(tree)
