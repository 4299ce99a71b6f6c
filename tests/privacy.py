"""What may stand in no log line, no refusal and no queue: who somebody is, and what only they know (quality 75).

People, passwords and telephones of the tests are made so that they are known again wherever they turn up.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from shared.kit import log

NAME = "Nightingale"
"""In the name of everybody whom tests/world.py or a journey makes."""
PHONE = "+15550100"

_ALWAYS = {
    "an e-mail address": r"[\w.+-]+@[\w-]+\.\w+",
    "a password": r"Horse-7|Passw0rd",
    "the hash of a password": r"\$2[aby]\$\d\d\$",
    "an access token": r"\beyJ[\w-]{8,}\.[\w-]{8,}",
    "a telephone number": rf"{re.escape(PHONE)}|\+1202555\d{{4}}",
}
_IN_WORDS = _ALWAYS | {
    "a name": NAME,
    "an address": "123 Main St",
    # base64url, as refresh tokens, mailed tokens and the keys of links are; ids and hashes are hexadecimal.
    "a token": r"(?<![\w.-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*[0-9])[\w-]{40,}(?![\w-])",
}
_LOGGED = re.compile(
    "|".join(f"(?P<{name.replace(' ', '_').replace('-', '_')}>{it})" for name, it in _IN_WORDS.items())
)
_QUEUED = re.compile("|".join(_ALWAYS.values()))

leaks: list[str] = []
"""The lines, and refusals, of the test at hand that tell more than they may."""


def hear(text: str) -> None:
    """A line that was logged, or the body of a refusal."""
    if _LOGGED.search(text):
        leaks.append(text)


@contextmanager
def listening() -> Iterator[None]:
    """Every line that our functions log in this process is heard, wherever it goes."""
    form = log._Formatter.format

    def format_and_hear(self: Any, record: Any) -> Any:
        line = form(self, record)
        hear(line)
        return line

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log._Formatter, "format", format_and_hear)
        yield


def leaks_in_logs(logs: Path) -> list[str]:
    """The lines below a directory of logs that tell more than they may."""
    lines = (line for file in logs.rglob("*.log") for line in file.read_text(errors="replace").splitlines())
    return [line for line in lines if _LOGGED.search(line)]


def leaks_in_messages(messages: Iterable[str]) -> list[str]:
    """Those of the messages of queues that tell more than they may: a notice names people, and nothing beyond."""
    return [message for message in messages if _QUEUED.search(message)]
