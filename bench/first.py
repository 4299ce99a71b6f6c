"""Answers one event in a fresh process, and reports the CPU used from its first line on.

Run as a script: `first.py functions.bids.place_bid.place_bid < event.json`; the last line of stderr is the figure.
"""

import os  # noqa: F401 (the interpreter's own start has it, but for -S)
import time

began = time.process_time()

import importlib  # noqa: E402 (the clock comes before anything)
import json  # noqa: E402
import sys  # noqa: E402

event = json.load(sys.stdin)
module, _, name = sys.argv[1].rpartition(".")
handler = getattr(importlib.import_module(module), name)
loaded = time.process_time()
answer = handler(event, None)
ended = time.process_time()
figures = {
    "cpu": ended - began,
    "imports": loaded - began,
    "file": sys.modules[module].__file__,
    "status": answer["statusCode"],
    "body": answer["body"][:200],
}
sys.stderr.write("\n" + json.dumps(figures))
