"""The table of operations, read off the catalog: `make openapi` writes docs/operations.md."""

import sys
from collections.abc import Sequence
from pathlib import Path

from shared.kit.catalog import STAFF, HttpOperation, Operation, Role, requested
from shared.kit.consumer import ConsumerOperation, WorkerOperation
from shared.kit.socket import SocketOperation
from shared.kit.task import JobOperation

DOCUMENT = Path("docs/operations.md")

_MANY = 8
"""If there are more events than this, they are not listed, so that a new event does not change the row."""

_INTRODUCTION = """# Operations

<!-- written by `make openapi` from the declarations in functions/ -->

Each operation is one file, one function and one Lambda of that name. `SUPER_ADMIN` may call every operation, `SUPPORT`
every `GET`; the tables name the other roles. Right by right: [roles.py](../shared/organizations/roles.py).

## Over HTTP

Those with an event can also be called over the WebSocket.
"""

_BACKGROUND = """
## In the background

What starts a function that no user calls: an event from the outbox, a queue, a schedule, the saga
([leasing.asl.json](../functions/leasing/leasing.asl.json)), a WebSocket route, or an operator (`tools/operate.py`).
"""


def document(operations: Sequence[Operation]) -> str:
    """The Markdown of docs/operations.md."""
    return f"{_INTRODUCTION}\n{_over_http(operations)}\n{_BACKGROUND}\n{_in_the_background(operations)}\n"


def _over_http(operations: Sequence[Operation]) -> str:
    lines = ["| route | event | who | what | file |", "|---|---|---|---|---|"]
    for operation in sorted(requested(operations), key=lambda one: (one.word, one.path, one.method)):
        event = f"`{operation.socket.event}`" if operation.socket else ""
        route = f"`{operation.method} {operation.path}`"
        lines.append(f"| {route} | {event} | {_who(operation)} | {_summary(operation)} | {_file(operation)} |")
    return "\n".join(lines)


def _in_the_background(operations: Sequence[Operation]) -> str:
    lines = ["| kind | started by | what | file |", "|---|---|---|---|"]
    others = [one for one in operations if not (isinstance(one, HttpOperation) and one.method)]
    for operation in sorted(others, key=lambda one: (one.word, one.kind, one.name)):
        lines.append(f"| {operation.kind} | {_trigger(operation)} | {_summary(operation)} | {_file(operation)} |")
    return "\n".join(lines)


def _who(operation: HttpOperation) -> str:
    roles = sorted(operation.access - STAFF or operation.access)
    return "every user" if operation.access >= frozenset(Role) else ", ".join(roles) or "anyone"


def _trigger(operation: Operation) -> str:
    match operation:
        case ConsumerOperation(hears=names):
            return ", ".join(f"`{name}`" for name in names) if len(names) <= _MANY else "many events"
        case (
            WorkerOperation(queue=name)
            | JobOperation(schedule=name)
            | SocketOperation(route=name)
            | HttpOperation(path=name)
        ):
            return f"`{name}`"
    return ""


def _file(operation: Operation) -> str:
    return f"[{operation.name}](../{operation.module.replace('.', '/')}.py)"


def _summary(operation: Operation) -> str:
    text = operation.function.__doc__ or sys.modules[operation.module].__doc__ or ""
    return " ".join(text.split("\n\n")[0].split())
