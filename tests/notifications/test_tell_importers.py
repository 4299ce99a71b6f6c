"""Who hears how far an import is, how often, and who is notified of its end."""

import pytest

from functions.imports.import_buildings import import_buildings
from functions.notifications.list_notifications import list_notifications
from functions.notifications.tell_importers import tell_importers
from functions.realtime.connect import connect
from shared.imports import rules
from tests.call import invoke
from tests.imports.files import csv_of, events_of, imported, spaces
from tests.realtime.sockets import Client, frames


@pytest.fixture
def owner(world):
    return world.owner()


def test_sockets_hear_at_most_once_a_second_and_of_the_end(world, owner, monkeypatch):
    monkeypatch.setattr(rules, "BATCH", 5)
    socket, stranger = Client(), Client()
    assert socket.open(connect, token=world.colleague(owner).token()) == 200
    assert stranger.open(connect, token=world.owner().token()) == 200
    frames()
    done = imported(world, import_buildings, owner, csv_of(spaces(30)))

    progressed, ended = events_of(world, done["id"], "import.progressed"), events_of(world, done["id"], "import.ended")
    told = [event for event in progressed if event["data"]["is_told"]] + ended
    assert len(progressed) == 5
    assert [event["data"]["is_told"] for event in progressed] == [True, False, False, False, False]
    for event in [*progressed, *ended]:
        assert invoke(tell_importers, event) == []

    heard = frames()
    assert heard[socket.id] == [
        {
            "event": "import:progress",
            "data": {
                "import_id": done["id"],
                "total": 30,
                "succeeded": event["data"]["succeeded"],
                "failed": 0,
                "status": event["data"]["status"],
            },
        }
        for event in told
    ]
    assert heard[socket.id][-1]["data"]["status"] == "COMPLETED"
    assert (ended[0]["occurred_at"] - progressed[0]["occurred_at"]).total_seconds() >= rules.FRAME_SECONDS
    assert stranger.id not in heard


def test_whoever_imports_is_notified_of_the_end(world, owner, call):
    done = imported(world, import_buildings, owner, csv_of(spaces(1)))
    failed = imported(world, import_buildings, owner, b"a,b\r\n1,2\r\n")

    for one in (done, failed):
        [event] = events_of(world, one["id"], "import.ended")
        assert invoke(tell_importers, event, event) == []

    notes = call(list_notifications, as_=owner).json["data"]
    assert [(note["title"], note["message"]) for note in notes] == [
        ("Import Failed", "The file portfolio.csv could not be imported"),
        ("Import Finished", "Of 1 rows of portfolio.csv, 1 were imported and 0 failed"),
    ]
    assert notes[1]["subject"] == {"type": "import", "id": done["id"]}
