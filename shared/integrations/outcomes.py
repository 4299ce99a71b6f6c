"""How a call to a provider ends, if not well. The sentences are for bookkeepers; they are shown, and name no secret."""


class Revoked(Exception):
    """The grant is no more: a person has to connect again."""


class Later(Exception):
    """The provider did not answer, or asks for patience: `seconds` is how long, 0 if it did not say."""

    def __init__(self, reason: str, seconds: int) -> None:
        self.reason, self.seconds = reason, seconds
        super().__init__(reason)


class Refused(Exception):
    """The provider does not take this document, and says why."""


class Stale(Exception):
    """What is to be changed has been changed since it was read."""
