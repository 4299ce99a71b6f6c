"""Telephone numbers in the format E.164.

Only functions with the layer `phones` import this module.
"""

import phonenumbers

from shared.kit.errors import Detail, Invalid


def e164(given: str) -> str:
    """The number in the format E.164. Raises Invalid on `phone` unless it is a number that can exist."""
    try:
        number = phonenumbers.parse(given, None)
    except phonenumbers.NumberParseException:
        raise Invalid(Detail("phone", "must be in international form, such as +442079460123")) from None
    if not phonenumbers.is_valid_number(number):
        raise Invalid(Detail("phone", "is not a number that exists"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
