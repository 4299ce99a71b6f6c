from functions.system.sweep_outbox import sweep_outbox
from tests.realtime.sockets import queued


def test_the_relay_is_woken():
    queued("RELAY_QUEUE_URL")

    sweep_outbox({}, None)

    assert queued("RELAY_QUEUE_URL") == [{}]
