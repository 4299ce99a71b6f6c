"""The shapes of phones and devices, in requests and responses."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.kit.fields import Body, Says, Text, View

Platform = Literal["ANDROID", "IOS", "WEB"]


class NewPhone(Body):
    """A number that is the caller's."""

    phone: Annotated[Text, Field(min_length=1, max_length=20)]
    """In international form, such as `+12025550123`; spaces, dots, hyphens and parentheses are left out."""


class PhoneCode(Body):
    """What was sent to the phone."""

    code: Annotated[Text, Field(pattern=r"^[0-9]{6}$"), Says("must be six digits")]
    """The six digits of the message."""


class PendingPhone(View):
    """A number that waits for its code. Nothing else is sent to it until then."""

    id: UUID
    phone: str
    """In the format E.164."""
    expires_at: datetime
    """Until when the code is good."""

    accounted: ClassVar[tuple[str, ...]] = ()


class ConfirmedPhone(View):
    """A number to which messages are sent, as far as the caller's notification preferences say."""

    id: UUID
    phone: str
    """In the format E.164."""
    confirmed_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ()


class NewDevice(Body):
    """A device that shows push notifications."""

    token: Annotated[Text, Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")]
    """What the device got from its platform: Firebase Cloud Messaging's registration token, or Apple's device token."""
    platform: Platform
    """What shows its notifications: an app for Android or iOS, or a browser."""


class Device(View):
    """A device to which push notifications are sent."""

    id: UUID
    platform: Platform
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("platform",)


class Undelivered(View):
    """A message that did not arrive."""

    id: UUID
    channel: str

    accounted: ClassVar[tuple[str, ...]] = ("channel",)
