"""Print the templates for WhatsApp as Twilio's Content Template Builder takes them: `python -m tools.whatsapp`.

docs/runbooks/phones.md says what they are for.
"""

import sys
from typing import get_args

from shared.notifications.languages import phrase
from shared.phones.wording import NEWS, REMINDER, numbered
from shared.users.models import Language


def templates() -> dict[str, str]:
    """Each template's text, by the name under which the secret holds its content SID."""
    found = {"payment_reminder": REMINDER}
    for language in get_args(Language):
        found[f"payment_reminder.{language}"] = phrase(REMINDER, language).replace("${{", "{{")
        found[f"news.{language}"] = phrase(NEWS, language)
    return {name: numbered(text) for name, text in found.items()}


def main() -> int:
    for name, text in templates().items():
        print(f"--- {name}\n{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
