"""docs/asyncapi.json is what the catalog says of sockets, and every frame is as it says."""

import json
import re
from typing import Any

import pytest

from functions.auth.login import login
from functions.notifications.notify_people import notify_people
from shared.kit import catalog
from shared.kit.consumer import ConsumerOperation
from shared.kit.ids import new_id
from shared.kit.request import Request, begin
from shared.kit.settings import NotDeclared
from shared.kit.socket import SocketOperation
from shared.notifications import table
from shared.notifications.models import NotificationNew
from shared.realtime.messages import Frame, send_frames
from tests.realtime.sockets import described
from tools.describe import asyncapi, openapi

OPERATIONS = catalog.load()
WRITTEN: dict[str, Any] = json.loads(asyncapi.DOCUMENT.read_text(encoding="utf-8"))
MESSAGES = {message["name"]: message for message in WRITTEN["components"]["messages"].values()}
SOURCE = {
    "bid:status_changed": {
        "bid_id": "0195f3a8-0000-7000-8000-000000000001",
        "space_id": "0195f3a8-0000-7000-8000-000000000002",
        "status": "APPROVED",
        "contract_id": "0195f3a8-0000-7000-8000-000000000003",
    },
    "lease:generated": {
        "contract_id": "0195f3a8-0000-7000-8000-000000000003",
        "contract_url": "https://...",
        "status": "DRAFT",
    },
    "payment:due": {
        "payment_id": "0195f3a8-0000-7000-8000-000000000004",
        "amount": 5000,
        "due_date": "2025-02-01",
        "days_until_due": 3,
    },
    "notification:new": {
        "notification_id": "0195f3a8-0000-7000-8000-000000000005",
        "type": "bid_update",
        "title": "Bid Approved",
        "message": "Your bid on Office Suite 101 has been approved",
    },
    "bid:placed": {"bid_id": "0195f3a8-0000-7000-8000-000000000001", "status": "PENDING"},
    "bid:place": {"space_id": "0195f3a8-0000-7000-8000-000000000002", "bid_amount": 4500},
    "bid:withdraw": {"bid_id": "0195f3a8-0000-7000-8000-000000000001"},
    "notification:mark_read": {"notification_id": "0195f3a8-0000-7000-8000-000000000005"},
}
"""The frames that S0 §4 prints."""
BESIDE = {
    "notification:new": {
        "event": "bid.approved",
        "subject": {"type": "bid", "id": "0195f3a8-0000-7000-8000-000000000001"},
        "actor": None,
        "params": {"space": "Office Suite 101"},
    }
}
"""What our frames say beside that."""


def test_the_asyncapi_document_is_current():
    text = openapi.render(asyncapi.document(OPERATIONS))

    assert asyncapi.DOCUMENT.read_text(encoding="utf-8") == text, "run `make openapi`"


def test_the_asyncapi_document_describes_every_route_and_event():
    sockets = catalog.of_kind(SocketOperation, OPERATIONS)
    twins = [one for one in catalog.of_kind(catalog.HttpOperation, OPERATIONS) if one.socket]
    routes = {one.route for one in sockets}
    heard = {one.socket.event for one in twins} | {one for one in routes if "$" not in one}
    answers = {one.socket.answers for one in twins} | {"auth:ok", "pong", "subscribed", "unsubscribed", "error"}
    told = {kind.frame_name for one in catalog.of_kind(ConsumerOperation, OPERATIONS) for kind in one.tells}

    assert set(WRITTEN["channels"]["socket"]["x-routes"]) == {route for route in routes if "$" in route}
    assert set(MESSAGES) == heard | answers | told
    live = {"account:updated", "bid:updated", "contract:updated", "payment:updated"}
    assert told == live | {
        "announcement",
        "conversation:assigned",
        "bid:status_changed",
        "import:progress",
        "lease:generated",
        "maintenance:updated",
        "message:new",
        "message:read",
        "message:taken_back",
        "payment:due",
        "notification:new",
        "space:updated",
    }
    said = {name for name, one in WRITTEN["operations"].items() if one["action"] == "receive"}
    assert said == {one.name for one in twins} | {one.name for one in sockets if one.route in heard}


def test_every_reference_in_the_asyncapi_document_resolves():
    for path in re.findall(r'"#/([^"]+)"', json.dumps(WRITTEN)):
        found = WRITTEN
        for part in path.split("/"):
            found = found[part]


def test_a_socket_authenticates_by_ticket_or_token_and_every_message_may_get_an_error():
    channel = WRITTEN["channels"]["socket"]
    assert set(channel["bindings"]["ws"]["query"]["properties"]) == {"ticket", "token"}
    for name in ("ticket", "token"):
        assert WRITTEN["components"]["securitySchemes"][name] == {"type": "httpApiKey", "in": "query", "name": name}
    for operation in WRITTEN["operations"].values():
        if operation["action"] == "receive":
            answered = [message["$ref"].rpartition("/")[2] for message in operation["reply"]["messages"]]
            assert answered[1:] == ["Error"]
            assert {"VALIDATION_ERROR", "MALFORMED_JSON", "INTERNAL_ERROR"} <= set(operation["x-refusals"])


@pytest.mark.parametrize("event", MESSAGES)
def test_every_message_has_an_example_that_is_as_described(event):
    [example] = MESSAGES[event].get("examples") or pytest.fail("a test that `make examples` runs must send or hear it")

    assert described(example["payload"])["event"] == event


@pytest.mark.parametrize("event", SOURCE)
def test_the_frames_of_s0_are_described(event):
    described({"event": event, "data": SOURCE[event] | BESIDE.get(event, {})})


@pytest.mark.parametrize(
    "frame",
    [
        {"event": "payment:due", "data": SOURCE["payment:due"] | {"amount": "5000"}},
        {"event": "payment:due", "data": SOURCE["payment:due"] | {"tenant": "somebody"}},
        {"event": "bid:status_changed", "data": SOURCE["bid:status_changed"] | {"status": "LOST"}},
        {"event": "lease:generated", "data": {}},
        {"event": "lease:generated", "data": SOURCE["lease:generated"], "meta": {}},
        {"event": "lease:lost", "data": {}},
        {"event": "pong"},
    ],
)
def test_an_invalid_frame_does_not_match_its_description(frame):
    with pytest.raises(AssertionError):
        described(frame)


def test_data_is_optional_only_in_messages_without_fields():
    described({"event": "ping"})
    with pytest.raises(AssertionError):
        described({"event": "auth"})


def test_no_operation_sends_an_undeclared_frame():
    news = NotificationNew.of(SOURCE["notification:new"])

    begin(Request(login.operation, "test"))
    with pytest.raises(NotDeclared, match="login must declare NotificationNew"):
        send_frames(new_id(), [Frame("socket", news)], "test")

    assert notify_people.operation.tells == table.FRAMES
