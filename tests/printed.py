"""Compares an answer with the body that S0 prints for it."""

import re
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def assert_like(printed: Any, answered: Any, where: str = "body") -> None:
    """Every printed field is there, of the printed kind, with the printed value where that is no placeholder.

    Placeholders are "uuid", any moment, and texts that end in dots.
    """
    if isinstance(printed, dict):
        for name, value in printed.items():
            assert name in answered, f"{where}.{name} is missing"
            assert_like(value, answered[name], f"{where}.{name}")
    elif isinstance(printed, list):
        assert isinstance(answered, list), where
        for number, value in enumerate(printed):
            assert_like(value, answered[number], f"{where}[{number}]")
    elif printed == "uuid":
        assert UUID.fullmatch(answered), where
    elif isinstance(printed, str) and MOMENT.fullmatch(printed):
        assert MOMENT.fullmatch(answered), where
    elif printed == "https://...":
        # The platform of these tests has no certificate.
        assert re.fullmatch(r"https?://[^/]+/\S+", answered), where
    elif isinstance(printed, str) and printed.endswith("..."):
        assert answered.startswith(printed.removesuffix("...")) and len(answered) >= len(printed), where
    else:
        assert answered == printed, where
        # JSON has one kind of number; a string or true in its place would be another.
        assert isinstance(answered, str | bool) == isinstance(printed, str | bool), where
