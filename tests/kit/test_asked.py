"""An answer that travels with the next query is there after it, and never before."""

import pytest

from functions.buildings.create_building import create_building
from shared.kit.db import NotSent, Tx, known, transaction
from shared.kit.errors import NotFound
from shared.kit.request import Request, begin
from shared.kit.unit import perform


def in_a_transaction(story):
    begin(Request(create_building.operation, "asked"))

    def whole():
        with transaction() as tx:
            return story(tx)

    return perform(create_building.operation, whole)


def number(tx: Tx, value: int):
    return tx.later("SELECT %(value)s::int AS value", {"value": value}).then(lambda rows: rows[0]["value"])


def test_a_promised_answer_is_available_after_the_next_query():
    def story(tx):
        asked = number(tx, 7)
        assert tx.one("SELECT 1 AS one") == {"one": 1}
        return asked.answer(), asked.answer()

    assert in_a_transaction(story) == (7, 7)


def test_a_promised_answer_is_available_after_the_queue_was_sent():
    def story(tx):
        asked = number(tx, 7)
        tx.flush()
        return asked.answer()

    assert in_a_transaction(story) == 7


def test_reading_a_promised_answer_before_sending_is_a_defect():
    def story(tx):
        tx.one("SELECT 1 AS earlier")
        number(tx, 7).answer()

    with pytest.raises(NotSent):
        in_a_transaction(story)


def test_a_promised_refusal_is_raised_when_the_answer_is_read():
    def refuse(rows):
        raise NotFound()

    def story(tx):
        asked = tx.later("SELECT 1 AS one").then(refuse)
        tx.one("SELECT 1 AS one")
        with pytest.raises(NotFound):
            asked.answer()
        return "asked"

    assert in_a_transaction(story) == "asked"


def test_a_known_answer_needs_no_query():
    assert known(7).answer() == 7
    assert known(7).then(str).answer() == "7"
