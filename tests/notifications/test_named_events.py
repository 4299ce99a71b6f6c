"""What the migration 0018 makes of the notifications that stood before it."""

from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from shared.kit.ids import new_id

SQL = Path(__file__).parents[2] / "shared/schema/migrations/sql/0018_named.sql"


@pytest.fixture
def named(world):
    """The event and subject of an older notification, once the migration has run."""

    def named(kind, title, **metadata):
        note = new_id()
        world.sql(
            """INSERT INTO notifications (id, user_id, type, title, message, metadata)
               VALUES (%(id)s, %(user)s, %(type)s, %(title)s, '…', %(metadata)s)""",
            id=note,
            user=world.client().id,
            type=kind,
            title=title,
            metadata=Jsonb(metadata),
        )
        with psycopg.connect(world.database_url, autocommit=True) as owner:
            owner.execute(SQL.read_bytes())
        [row] = world.sql("SELECT event, subject_type, subject_id FROM notifications WHERE id = %(id)s", id=note)
        return row["event"], row["subject_type"], str(row["subject_id"])

    return named


@pytest.mark.parametrize(
    ("kind", "title", "noun", "event"),
    [
        ("bid_update", "Counter-Offer Accepted", "bid", "bid.approved"),
        ("lease_milestone", "Signature Requested", "contract", "contract.signature_requested"),
        ("payment_event", "Payment Overdue", "payment", "payment.overdue"),
        ("saved_search", "New Match", "space", "saved_search.matched"),
    ],
)
def test_an_older_notification_gets_its_event_and_subject(named, kind, title, noun, event):
    thing = str(new_id())

    assert named(kind, title, **{f"{noun}_id": thing, "other_id": "x"}) == (event, noun, thing)


def test_an_older_notification_of_an_unknown_event_keeps_nulls(named):
    assert named("bid_update", "A Title of Long Ago", bid_id=str(new_id())) == (None, None, "None")
    assert named("bid_update", "New Bid") == (None, None, "None")
