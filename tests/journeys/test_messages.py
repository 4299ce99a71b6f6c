"""An owner, a client, their broker and the owner's agent talk about a space, a bid and a lease, from two sockets each
(quality 85).
"""

from contextlib import ExitStack
from typing import Any

from local.platform import Platform
from tests.journeys.client import Ear, Person
from tests.journeys.deals import new_space
from tests.journeys.test_organizations import Invited


def said(ear: Ear, conversation: str) -> list[str]:
    """The messages of a conversation that a socket has heard."""
    frames = [frame["data"] for frame in ear.heard if frame["event"] == "message:new"]
    return [data["message_id"] for data in frames if data["conversation_id"] == conversation]


def caught_up(person: Person, conversation: str, after: str) -> list[str]:
    """What was said after a message, two at a time."""
    found, query = [], {"after": after, "limit": 2}
    while True:
        page = person.get(f"/conversations/{conversation}/messages", **query)
        found += [message["id"] for message in page["data"]]
        if not page["meta"]["has_more"]:
            return found
        query["cursor"] = page["meta"]["cursor"]


def test_three_people_talk_and_one_who_lost_the_connection_catches_up(platform: Platform, owner: Person) -> None:
    client, broker = Person(platform, "CLIENT"), Person(platform, "BROKER")
    agent = Invited(platform, owner, "AGENT")
    organization = client.get("/organizations/me")["id"]
    client.do("POST", "/mandates", broker_id=broker.id)
    space = new_space(owner)["id"]
    bid = broker.do("POST", "/bids", space_id=space, bid_amount=4000, on_behalf_of=organization)["id"]

    with ExitStack() as open_sockets:
        ears: dict[Person, list[Ear]] = {
            person: [open_sockets.enter_context(person.listening()) for _ in range(2)]
            for person in (owner, client, broker)
        }
        about_space = {"context": {"type": "SPACE", "id": space}, "content": "Is it quiet?"}
        asked = client.do("POST", "/conversations", **about_space, participant_ids=[broker.id])
        about_bid = {"context": {"type": "BID", "id": bid}, "content": "Is that your last word?"}
        other = owner.do("POST", "/conversations", **about_bid, participant_ids=[broker.id])
        quiet, last_word = asked["conversation_id"], other["conversation_id"]
        first = asked["message_id"]
        for mine in ears.values():
            for ear in mine:
                ear.hear("message:new", message_id=first)
                ear.hear("message:new", message_id=other["message_id"])

        # The client's second socket is lost; the others go on, by the socket and by REST in turn.
        ears[client][1].socket.close()
        told: list[str] = []
        for number, person in enumerate((owner, broker, client) * 3):
            body: dict[str, Any] = {"content": f"Word {number}"}
            if number % 2:
                answer = ears[person][0].ask("message:send", body | {"conversation_id": quiet}, f"r{number}")
                assert answer["event"] == "message:sent", answer
                told.append(answer["data"]["message_id"])
            else:
                told.append(person.do("POST", f"/conversations/{quiet}/messages", **body)["message_id"])
        for person, mine in ears.items():
            for ear in mine[: 1 if person is client else 2]:
                while told[-1] not in said(ear, quiet):
                    ear.next()
                assert said(ear, quiet) == [first, *told]
                assert said(ear, last_word) == [other["message_id"]]

        assert said(ears[client][1], quiet) == [first]
        assert caught_up(client, quiet, first) == told
        client.do("PUT", f"/conversations/{quiet}/read", up_to_message_id=told[-1])
        for ear in ears[owner]:
            ear.hear("message:read", user_id=client.id, up_to_message_id=told[-1])

        # An agent is assigned to what is said about the lease, and everybody hears of it.
        contract = owner.do("PUT", f"/bids/{bid}/approve")["contract_id"]
        about_lease = {"context": {"type": "CONTRACT", "id": contract}, "content": "When do we move in?"}
        lease = broker.do("POST", "/conversations", **about_lease)["conversation_id"]
        owner.do("PUT", f"/conversations/{lease}/assign", guide_id=agent.id)
        with agent.listening() as ear:
            answer = agent.do("POST", f"/conversations/{lease}/messages", content="On the first day.")
            ear.hear("message:new", message_id=answer["message_id"])
        for person in (owner, broker):
            for mine in ears[person]:
                mine.hear("conversation:assigned", conversation_id=lease, guide_id=agent.id)
                mine.hear("message:new", message_id=answer["message_id"])

    unread = {one["id"]: one["unread_count"] for one in client.get("/messages/conversations")["data"]}
    assert unread == {quiet: 0, last_word: 1}
    assert {one["id"]: one["unread_count"] for one in broker.get("/messages/conversations")["data"]} == {
        quiet: 7,
        last_word: 1,
        lease: 1,
    }
