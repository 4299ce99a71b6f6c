"""README's table of operations, read off the catalog: `make openapi` writes it between its two marks."""

import sys
from collections.abc import Sequence
from pathlib import Path

from shared.kit.catalog import STAFF, Operation, Role

README = Path("README.md")

_BEGIN = "<!-- operations: written by `make openapi` -->"
_END = "<!-- end of operations -->"


def with_table(readme: str, operations: Sequence[Operation]) -> str:
    """The README with its table of HTTP operations written anew."""
    before, rest = readme.split(_BEGIN)
    after = rest.split(_END)[1]
    return f"{before}{_BEGIN}\n{_table(operations)}\n{_END}{after}"


def _table(operations: Sequence[Operation]) -> str:
    lines = ["| operation | who | what |", "|---|---|---|"]
    endpoints = (operation for operation in operations if operation.kind == "endpoint" and operation.method)
    for operation in sorted(endpoints, key=lambda one: (one.domain, one.path, one.method)):
        roles = sorted(operation.access - STAFF or operation.access)
        who = "every user" if operation.access >= frozenset(Role) else ", ".join(roles) or "anyone"
        summary = " ".join((operation.function.__doc__ or _module_doc(operation)).split("\n\n")[0].split())
        lines.append(f"| `{operation.method} {operation.path}` | {who} | {summary} |")
    return "\n".join(lines)


def _module_doc(operation: Operation) -> str:
    return sys.modules[operation.module].__doc__ or ""
