"""Rate limits hold in any window, however many ask at once and whatever they say of where they are (quality 74)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count

import pytest

from functions.bids.place_bid import place_bid
from functions.search.search_spaces import search_spaces
from shared.kit import limits
from shared.kit.ids import new_id
from tests.call import together
from tests.world import close_connections

_numbers = count(1)


PATIENCE = 120.0


@pytest.fixture(autouse=True)
def _unscaled(monkeypatch):
    """As many as on a stage; in a window of an hour, which none of these tests outlasts."""
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")
    for category, (limit, _) in limits.LIMITS.items():
        monkeypatch.setitem(limits.LIMITS, category, (limit, 3600))


@pytest.fixture
def nobody():
    """An address from which nobody has asked before."""
    number = next(_numbers)
    return f"198.51.{number // 250}.{number % 250}"


def test_of_two_hundred_concurrent_requests_exactly_the_limit_gets_through():
    limit, seconds = limits.LIMITS["search"]
    subject, barrier = new_id().hex, threading.Barrier(200)

    def ask(_: int) -> int | None:
        barrier.wait()
        try:
            return limits.count("search", subject).remaining
        except limits.RateLimited as refusal:
            assert 1 <= refusal.retry_after <= seconds
            return None
        finally:
            close_connections()

    with ThreadPoolExecutor(200) as pool:
        left = [remaining for remaining in pool.map(ask, range(200)) if remaining is not None]

    assert sorted(left) == list(range(limit))


def test_a_user_has_one_limit_across_addresses(call, world):
    limit, _ = limits.LIMITS["bidding"]
    client, body = world.client(), {"space_id": new_id(), "bid_amount": 1}

    replies = together([partial(call, place_bid, as_=client, body=body, ip=f"192.0.2.{n}") for n in range(100)])

    assert sorted(reply.status for reply in replies) == [404] * limit + [429] * (100 - limit)


def test_no_sliding_window_exceeds_the_limit(monkeypatch):
    monkeypatch.setitem(limits.LIMITS, "search", (5, 1))
    subject, passed, deadline = new_id().hex, [], time.monotonic() + PATIENCE

    while len(passed) < 16:
        began = time.monotonic()
        assert began < deadline, "the window holds nobody any more"
        try:
            limits.count("search", subject)
        except limits.RateLimited:
            continue
        # Counted at some moment between the two.
        passed.append((began, time.monotonic()))

    for first, sixth in zip(passed, passed[5:], strict=False):
        assert sixth[1] - first[0] >= 1


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded", "x-viewer-address", "true-client-ip"])
def test_no_header_changes_the_address_that_is_counted(call, nobody, header):
    limit, _ = limits.LIMITS["search"]

    replies = [call(search_spaces, ip=nobody, headers={header: f"203.0.113.{n}"}) for n in range(limit + 1)]

    assert [reply.status for reply in replies] == [200] * limit + [429]
