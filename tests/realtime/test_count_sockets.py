"""How many sockets are open, for the dashboard."""

from functions.realtime.connect import connect
from functions.realtime.count_sockets import count_sockets
from functions.realtime.disconnect import disconnect
from shared.kit import metrics
from tests.realtime.sockets import Client


def test_open_sockets_are_counted(world, monkeypatch):
    told = []
    flush = metrics.measured
    monkeypatch.setattr(metrics, "measured", lambda: told.append(flush()) or {})
    world.sql("DELETE FROM connections")
    user, sockets = world.client(), [Client() for _ in range(4)]
    for socket in sockets:
        assert socket.open(connect, token=user.token()) == 200
    sockets[0].close(disconnect)
    world.sql(
        "UPDATE connections SET expires_at = now() - interval '1 second' WHERE connection_id = %(id)s", id=sockets[1].id
    )

    count_sockets({}, None)

    assert told[-1]["OpenSockets"] == 2
    assert (told[-1]["operation"], told[-1]["kind"]) == ("count_sockets", "job")
