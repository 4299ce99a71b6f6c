"""Money that moves reaches the open windows of both sides as a frame."""

from decimal import Decimal

from functions.notifications.notify_people import notify_people
from functions.realtime.connect import connect
from tests.payments.test_refund_credit import lease, refund  # noqa: F401 (a fixture)
from tests.realtime.sockets import Client, frames


def sockets_of(*users):
    """An open socket's id for each of them."""
    opened = []
    for user in users:
        socket = Client()
        assert socket.open(connect, token=user.token()) == 200
        opened.append(socket.id)
    return opened


def test_a_paid_payment_is_told_to_both_sides(lease, invoke):  # noqa: F811
    [payment] = lease.payments()
    heard_by = sockets_of(lease.owner, lease.client)
    details = lease.world.event_details(payment["id"])[-1]

    assert invoke(notify_people, details) == []

    heard = frames()
    for socket in heard_by:
        [*_, data] = [frame["data"] for frame in heard[socket] if frame["event"] == "payment:updated"]
        assert data == {
            "payment_id": payment["id"],
            "contract_id": str(lease.contract),
            "status": "PAID",
            "updated_at": data["updated_at"],
        }


def test_credit_that_moved_is_told_to_both_sides(lease, invoke):  # noqa: F811
    refunded = refund(lease, Decimal("400.50"))
    heard_by = sockets_of(lease.owner, lease.client)

    assert invoke(notify_people, lease.world.event_details(refunded.json["id"])[-1]) == []

    heard = frames()
    for socket in heard_by:
        [*_, data] = [frame["data"] for frame in heard[socket] if frame["event"] == "account:updated"]
        assert data["contract_id"] == str(lease.contract)
