"""The events that people are notified of, read off the table of news, as a part of the published documents."""

from shared.notifications import table
from shared.notifications.entries import News

_INTRODUCTION = """What a notification's `event` can be, and what its `params` then hold. New events and new params may
be added at any time: a program ignores those that it does not know. Of the params, an *amount* is an object
`{amount, currency}`, and a *date* is a day, for example `2027-02-01`. A param is null if the event does not say it.
*Owner* and *client* are the sides whose people are notified if their role may see the matter; a broker is on the
client's side. Their WebSocket connections also receive the frames named. An
`announcement.made` is in the words of the platform's operators, has no `params`, and notifies everybody who was not
connected."""


def events() -> str:
    """Markdown: each event with its title, whom it notifies, its params and frames."""
    rows = [_row(name, entry) for name, entry in sorted(table.ENTRIES.items()) if entry.title]
    head = ("| event | title | notified | params | frames |", "|---|---|---|---|---|")
    return "\n".join([_INTRODUCTION.replace("\n", " "), "", *head, *rows])


def _row(name: str, entry: News) -> str:
    event, _, when = name.partition(":")
    told = [side.lower() for side in ("OWNER", "CLIENT", "CONTRACTOR") if entry.sentence(side)]
    params = [f"`{fact.name}`" + (f" ({fact.form})" if fact.form else "") for fact in entry.facts]
    frames = [f"`{frame.frame_name}`" for frame in entry.frames]
    case = f" ({when.replace('_', ' ')})" if when else ""
    return f"| `{event}`{case} | {entry.title} | {', '.join(told)} | {', '.join(params)} | {', '.join(frames) or '–'} |"
