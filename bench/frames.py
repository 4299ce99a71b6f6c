"""Row 7: from a change's commit to the frame at the client, over the whole local platform.

A bid's way: handler → outbox → relay → bus → queue → notify_people → queue → push_frames → socket. The clock starts
with the transaction that holds the change (`outbox.occurred_at`, some milliseconds before its commit), and ends when
the owner's client has read the frame; from the answer on it is what a client can see itself. Between two changes
every other consumer of the first one still runs, mail included; "back to back" does not wait for that.
"""

import http.client
import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from websockets.sync.client import ClientConnection, connect

from bench.figures import Outcome, percentile, table
from bench.ground import Ground
from local.platform import Platform
from tests.world import PASSWORD, World

TITLE = "Commit → frame at the client, on the local platform"
COMPARED = "200 ms (the sources' own figure)"
CHANGES, WARM = 100, 10
PACE = 0.3
"""Seconds between two changes."""
MOST = 100.0


def run(ground: Ground) -> Outcome:
    """Bids placed every 0.3 s, and as fast as one client can."""
    with Platform(rate_limit_scale=1000) as platform:
        world = World(platform.database_url)
        try:
            paced = _measure(platform, world, PACE)
            crowded = _measure(platform, world, 0.0)
        finally:
            world.close()
    rows = [
        (
            name,
            *(f"{percentile(values, share):.0f}" for values in (since_commit, since_answer) for share in (0.5, 0.95)),
        )
        for name, (since_commit, since_answer) in (("one each 0.3 s", paced), ("back to back", crowded))
    ]
    late, early = percentile(paced[0], 0.95), percentile(paced[0], 0.5)
    goals = [(f"p95 ≤ {MOST:.0f} ms", f"p50 {early:.0f} ms, p95 {late:.0f} ms", late <= MOST)]
    head = ("changes", "commit → frame p50 ms", "p95", "answer → frame p50 ms", "p95")
    return Outcome(goals, table(head, rows))


def _measure(platform: Platform, world: World, pace: float) -> tuple[list[float], list[float]]:
    owner, client = world.owner(), world.client()
    building = world.building(owner)
    spaces = [world.space(owner, building=building) for _ in range(CHANGES + WARM)]
    asking = Asking(platform.url)
    token = asking.token(client.email)
    since_commit, since_answer = [], []
    with connect(f"{platform.ws_url}?token={asking.token(owner.email)}") as socket:
        for number, space in enumerate(spaces):
            time.sleep(pace)
            bid = asking.ask("POST", "/bids", {"space_id": str(space), "bid_amount": 4000}, token)["id"]
            answered = datetime.now(UTC)
            await_frame(socket, "bid:status_changed", bid_id=bid)
            seen = datetime.now(UTC)
            if number < WARM:
                continue
            [row] = world.sql("SELECT occurred_at FROM outbox WHERE object_id = %(id)s ORDER BY seq", id=UUID(bid))
            since_commit.append((seen - row["occurred_at"]).total_seconds() * 1000)
            since_answer.append((seen - answered).total_seconds() * 1000)
    return since_commit, since_answer


def await_frame(socket: ClientConnection, event: str, **data: str) -> None:
    """Read frames up to the one of that event with these data."""
    while True:
        frame = json.loads(socket.recv(timeout=10))
        if frame["event"] == event and data.items() <= frame["data"].items():
            return


class Asking:
    """An HTTP client of the platform, on one connection."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc)

    def token(self, email: str) -> str:
        """The access token of a fresh login."""
        return str(self.ask("POST", "/auth/login", {"email": email, "password": PASSWORD})["token"])

    def ask(self, method: str, path: str, body: dict[str, Any], token: str = "") -> Any:
        """The answer, which must be a success."""
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        self.connection.request(method, f"/api/v1{path}", json.dumps(body), headers)
        response = self.connection.getresponse()
        content = response.read()
        assert response.status < 300, content
        return json.loads(content)
