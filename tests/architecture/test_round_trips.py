"""No request asks the database more than three times: each time it waits is time that nobody can give back."""

import importlib
import os
import socket
import threading

import pytest

from functions.bids.place_bid import place_bid
from functions.messages.send_message import send_message
from functions.messages.tell_participants import tell_participants
from functions.notifications.notify_people import notify_people
from functions.spaces.tell_followers import tell_followers
from functions.spaces.update_space import update_space
from shared.kit import cache, catalog, connection
from shared.kit.ids import new_id
from shared.kit.request import Request, begin
from tests.call import call, invoke
from tests.successes import Successes
from tests.world import close_connections

OPERATIONS = [each for each in catalog.requested(catalog.load()) if each.word != "auth"]
MOST = 3
MORE = {
    "apply_deposit": 4,  # what it settles can only be said of what is open when that is locked, and it ends a lease
    "transfer_credit": 4,  # as apply_deposit, on another contract
    "reverse_refund": 4,  # likewise
    "reverse_write_off": 4,  # likewise
    "reverse_transfer": 7,  # on two contracts, and which is the other is known when the transfer is
    "create_payment_plan": 4,  # what it plans can only be said of what is open when that is locked
    "waive_payment": 4,  # its invoice is known when the payment is
    "send_invoice": 4,  # its tax is calculated from the codes of that moment
    "delete_account": 4,  # what still runs is looked for when nothing new can begin, and it happens once in a life
    "request_phone": 5,  # counted for whoever asks, and for the number that the message would go to
    "delete_building": 4,  # what hangs on its spaces can only be looked for when it is known which they are
}


class Turns:
    """Stands between us and PostgreSQL, and counts how often we spoke again after it had answered."""

    def __init__(self, port: int) -> None:
        self.upstream = port
        self.count = 0
        self._last = ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.upstream))
            for pair in (("us", near, far), ("server", far, near)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, who: str, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.count += who == "us" and self._last != "us"
                self._last = who
                target.sendall(data)
        except OSError:
            pass  # the other direction has ended, and both with it
        target.close()


@pytest.fixture(scope="module")
def successes(_world):
    return Successes(_world)


@pytest.fixture(scope="module")
def turns(environment):
    port = os.environ["DATABASE_PORT"]
    turns = Turns(int(port))
    yield turns
    turns.close()
    os.environ["DATABASE_PORT"] = port
    close_connections()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_request_takes_at_most_three_round_trips(operation, successes, turns, monkeypatch):
    asked = successes.asked(operation.name)

    assert answered(operation, asked, turns, monkeypatch) <= MORE.get(operation.name, MOST)


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.writes and each.access], ids=lambda operation: operation.name
)
def test_an_idempotency_key_takes_one_more_round_trip(operation, successes, turns, monkeypatch):
    """It must be known to be free before anything is locked, so it cannot travel with what locks."""
    asked = {**successes.asked(operation.name), "key": new_id().hex}

    assert answered(operation, asked, turns, monkeypatch) <= MORE.get(operation.name, MOST) + 1


@pytest.mark.parametrize(
    ("consumer", "most"),
    # Earlier events, the inbox, whom it concerns, what is stored, who listens, COMMIT: frames come after all of these.
    [(tell_participants, 5), (notify_people, 6), (tell_followers, 4)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_frame_waits_for_few_round_trips(consumer, most, _world, turns, monkeypatch):
    owner = _world.owner()
    space = _world.space(owner)
    sent = call(send_message, as_=owner, body={"receiver_id": _world.colleague(owner).id, "content": "Hello"}).json
    bid = call(place_bid, as_=_world.client(), body={"space_id": space, "bid_amount": 4000}).json["id"]
    assert call(update_space, as_=owner, path={"space_id": space}, body={"name": "Suite 5"}).status == 200
    events = [event for thing in (sent["conversation_id"], bid, space) for event in _world.event_details(thing)]
    event = next(event for event in events if event["name"] in consumer.operation.hears)
    monkeypatch.setenv("DATABASE_PORT", str(turns.port))
    close_connections()
    begin(Request(consumer.operation, "test"))
    connection.connection()
    turns.count = 0

    assert invoke(consumer, event) == []

    count = turns.count
    close_connections()
    assert count <= most


def answered(operation, asked, turns, monkeypatch):
    """How often the operation asked the database for its answer, which must be a success."""
    monkeypatch.setenv("DATABASE_PORT", str(turns.port))
    close_connections()
    if operation.database:
        begin(Request(operation, "test"))
        connection.connection()
    cache.end_everything()
    turns.count = 0
    reply = call(getattr(importlib.import_module(operation.module), operation.name), **asked)
    count = turns.count
    close_connections()
    assert reply.status < 400, reply.body
    return count
