"""JSON as it is written: digit by digit, and whatever people name their things."""

from decimal import Decimal

import pytest

from shared.kit import wire


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("5000.00"), "5000.00"),
        (Decimal("0E-2"), "0.00"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.0000001"), "0.0000001"),
        (Decimal("-1.5"), "-1.5"),
    ],
)
def test_a_decimal_is_written_digit_by_digit(value, text):
    assert wire.render(value) == text


def test_an_objects_keys_are_escaped():
    thing = {"100 %s": 1, 'a "name"': None, "%": [{}, {"x": True}]}

    assert wire.render(thing) == '{"100 %s":1,"a \\"name\\"":null,"%":[{},{"x":true}]}'
    assert wire.load(wire.render(thing)) == thing


def test_objects_with_the_same_keys_are_not_mixed_up():
    rows = [{"a": 1, "b": "x"}, {"b": "y", "a": 2}, {"a": 3}]

    assert wire.render(rows) == '[{"a":1,"b":"x"},{"b":"y","a":2},{"a":3}]'
