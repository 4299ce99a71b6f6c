from functions.realtime.connect import connect
from functions.realtime.disconnect import disconnect
from tests.realtime.sockets import Client


def test_a_closed_socket_is_removed_however_often_it_closes(world):
    socket, other = Client(), Client()
    socket.open(connect, token=world.client().token())
    other.open(connect)

    socket.close(disconnect)
    socket.close(disconnect)

    left = world.sql(
        "SELECT connection_id AS id FROM connections WHERE connection_id IN (%(a)s, %(b)s)", a=socket.id, b=other.id
    )
    assert [row["id"] for row in left] == [other.id]
