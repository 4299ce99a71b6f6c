"""How many channels a socket follows, and who is refused one."""

from collections.abc import Mapping, Sequence

from shared.kit.errors import Conflict, NotFound
from shared.kit.request import Caller
from shared.realtime.channels import GLOBAL, Audience, Channel, channel_of, may_hear

MOST_CHANNELS = 100


class TooManyChannels(Conflict):
    message = "A connection follows at most 100 channels."
    remedy = "Unsubscribe from some, or open another connection."


def named(names: Sequence[str]) -> list[Channel]:
    """The channels of these names, without `global`, which everybody hears. Raises NotFound, naming an unknown one."""
    found = {name: channel_of(name) for name in names if name != GLOBAL}
    for name, channel in found.items():
        if channel is None:
            raise _unknown(name)
    return list(dict.fromkeys(channel for channel in found.values() if channel))


def check_heard(caller: Caller, channels: Sequence[Channel], audiences: Mapping[str, Audience]) -> None:
    """Raises NotFound, naming the first channel that the caller may not hear: whether it exists is not said."""
    for channel in channels:
        if not may_hear(caller, channel.kind, audiences.get(channel.name)):
            raise _unknown(channel.name)


def check_number(followed: set[str]) -> None:
    """Raises TooManyChannels if a socket would follow more channels than it may."""
    if len(followed) > MOST_CHANNELS:
        raise TooManyChannels()


def _unknown(name: str) -> NotFound:
    return NotFound(message=f"There is no channel {name}.")
