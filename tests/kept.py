"""What `make examples` keeps of requests, answers and frames, and how it is written down."""

import json
import re
from pathlib import Path
from typing import Any

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECRET = re.compile(r'"(token|refresh_token|mfa_token|secret|ticket|otpauth_uri|qr_png|n|kid|cursor)": "[^"]{12,}"')


def told(example: dict[str, Any]) -> dict[str, Any]:
    """The example as it is published: the same few ids, and no secret in full."""
    text = json.dumps(example, ensure_ascii=False)
    for number, found in enumerate(dict.fromkeys(UUID.findall(text)), start=1):
        text = text.replace(found, f"0195f3a8-0000-7000-8000-{number:012}")
    text = re.sub(r"[0-9a-f.-]+@example\.com", "somebody@example.com", text)
    text = SECRET.sub(
        lambda found: f'"{found[1]}": "{"eyJhbGciOiJSUzI1NiJ9..." if found[1] == "token" else "q0vX8tZ2..."}"', text
    )
    text = re.sub(r'"https?://127\.0\.0\.1[^/"]*', '"https://api.example.com', text)
    made: dict[str, Any] = json.loads(text)
    return made


def keep(file: Path, examples: dict[str, Any]) -> None:
    """Add the examples to the file, in place of those with the same names."""
    every = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    every |= {name: told(example) for name, example in examples.items()}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(dict(sorted(every.items())), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
