"""The logo on a document: what the issuer's organization shows when the document is issued."""

from typing import Any

from shared.kit.aws import read_version
from shared.kit.settings import resource, setting


def logo_of(party: dict[str, Any]) -> bytes | None:
    """The logo of a party as a document has frozen it; None if it has none, or one that is not ours, or that is gone.

    A link to somebody else's picture is never followed.
    """
    ours = f"{setting('PUBLIC_URL')}/media/"
    url = party.get("logo_url") or ""
    if not url.startswith(ours):
        return None
    # At most 1,280 pixels wide and high: enough for paper.
    found = read_version(resource("media"), f"media/{url.removeprefix(ours)}".replace("/file-", "/medium-"))
    return found.content if found else None
