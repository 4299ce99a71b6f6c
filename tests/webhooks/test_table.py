"""The list of public events: everything that becomes of an object, and nothing else."""

from shared.webhooks import table
from tests.architecture.test_news import emitted

NOUNS = {"bid", "building", "contract", "floor", "member", "payment", "space"}
NOT_PUBLIC = {
    "contract.envelope_requested": "between the platform and DocuSign",
    "contract.envelope_recorded": "between the platform and DocuSign",
    "contract.hold_ended": "contract.voided tells of it",
    "contract.refund_due": "refund.paid will tell of the money; the payments have not changed",
    "contract.space_released": "contract.voided tells of it",
    "contract.stalled": "an operator's",
    "contract.unheard": "an operator's",
    "contract.unscheduled": "contract.voided tells of it",
    "payment.invoice_sent": "invoice.issued told of it; nothing has changed",
}
"""What is emitted about public objects, and told to no webhook; and why."""
PRIVATE = {
    "favorite", "file", "note", "notification", "notification_preferences", "notifications", "password_reset",
    "saved_search", "second_factor", "session", "ticket",
}  # fmt: skip
"""Nouns that no webhook ever hears of."""


def test_whatever_becomes_of_an_object_is_public_or_there_is_a_reason():
    ours = {name for name in emitted() if name.partition(".")[0] in NOUNS}

    assert ours - set(table.HEARD) == set(NOT_PUBLIC)


def test_no_public_event_waits_for_one_that_is_never_emitted():
    assert set(table.HEARD) <= emitted()


def test_nothing_private_is_public():
    heard = {*table.EVENTS, *table.HEARD}

    assert {name.partition(".")[0] for name in heard} & PRIVATE == set()
    assert "user.email_verified" not in heard
