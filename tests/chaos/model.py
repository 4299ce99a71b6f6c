"""What a table may do, said plainly, and whether a history of it could have happened in that order of things.

The model is written from the rules as people are told them, and shares no code with the product. A history is right
where its moves can be put in one line, each between its beginning and its end, so that each answer is what the model
answers there, and the line ends in the state in which the database is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.chaos.table import Move

OPEN = ("PENDING", "COUNTER_OFFERED")
NEXT = {
    ("PENDING", "approve"): "APPROVED",
    ("PENDING", "reject"): "REJECTED",
    ("PENDING", "counter"): "COUNTER_OFFERED",
    ("PENDING", "withdraw"): "WITHDRAWN",
    ("COUNTER_OFFERED", "accept"): "APPROVED",
    ("COUNTER_OFFERED", "counter"): "COUNTER_OFFERED",
    ("COUNTER_OFFERED", "revise"): "PENDING",
    ("COUNTER_OFFERED", "reject"): "REJECTED",
    ("COUNTER_OFFERED", "withdraw"): "WITHDRAWN",
}


@dataclass(frozen=True)
class State:
    """A space: its bids (id, client, status), and the contract that holds it (its bid, its stage)."""

    bids: tuple[tuple[str, str, str], ...] = ()
    held_by: str | None = None
    stage: str = ""
    """Of the contract that holds: DRAFT, READY, CLIENT, FULL, DECLINED."""

    def status(self, bid: str | None) -> str | None:
        return next((status for id, _, status in self.bids if id == bid), None)

    def client(self, bid: str | None) -> str | None:
        return next((client for id, client, _ in self.bids if id == bid), None)

    def moved(self, bid: str | None, status: str) -> "State":
        return replace(self, bids=tuple((id, who, status if id == bid else old) for id, who, old in self.bids))


def after(state: State, move: Move, contracts: dict[str, str]) -> Iterator[State]:
    """The state after a move, where the model answers as the platform did; nothing where it does not."""
    if move.name == "place":
        yield from _place(state, move)
    elif move.name in ("sign", "decline"):
        yield from _contract(state, move, contracts)
    else:
        yield from _bid(state, move)


def by_itself(state: State) -> Iterator[State]:
    """The states that the saga may bring at any moment, without anybody's move."""
    if state.stage == "DRAFT":
        yield replace(state, stage="READY")
    if state.stage == "FULL":
        rejected = tuple((id, who, "REJECTED" if status in OPEN else status) for id, who, status in state.bids)
        yield replace(state, bids=rejected, stage="EXECUTED")
    if state.stage in ("DRAFT", "READY", "CLIENT", "DECLINED"):
        # Declined, or a step of the saga has failed for good: undone, and the space is free.
        yield replace(state, held_by=None, stage="")


def _place(state: State, move: Move) -> Iterator[State]:
    already = any(who == move.who and status in OPEN for _, who, status in state.bids)
    if move.status == 201:
        if state.held_by is None and not already:
            assert move.bid
            yield replace(state, bids=(*state.bids, (move.bid, move.who, "PENDING")))
    elif (move.code, True) in (("SPACE_NOT_AVAILABLE", state.held_by is not None), ("BID_ALREADY_OPEN", already)):
        yield state


def _bid(state: State, move: Move) -> Iterator[State]:
    status = state.status(move.bid)
    result = NEXT.get((status or "", move.name))
    takes = move.name in ("approve", "accept")
    if move.status == 200:
        if result and not (takes and state.held_by is not None):
            state = state.moved(move.bid, result)
            yield replace(state, held_by=move.bid, stage="DRAFT") if takes else state
    elif move.code == "BID_NOT_OPEN":
        if status is not None and status not in OPEN:
            yield state
    elif move.code == "NOT_YOUR_TURN":
        if status in OPEN and result is None:
            yield state
    elif move.code == "SPACE_NOT_AVAILABLE" and takes and state.held_by is not None:
        yield state


def _contract(state: State, move: Move, contracts: dict[str, str]) -> Iterator[State]:
    bid = contracts[move.contract or ""]
    if move.who not in ("owner", state.client(bid)):
        if move.status == 404:
            yield state
        return
    holds = state.held_by == bid
    turn = {"READY": state.client(bid), "CLIENT": "owner"}.get(state.stage) if holds else None
    if move.name == "decline":
        undecided = holds and state.stage in ("DRAFT", "READY", "CLIENT")
        if (move.status == 200) == undecided:
            yield replace(state, stage="DECLINED") if undecided else state
    elif move.status == 200:
        if turn == move.who:
            yield replace(state, stage="CLIENT" if state.stage == "READY" else "FULL")
    elif turn != move.who:
        yield state


def explains(history: list[Move], contracts: dict[str, str], final: dict[str, str]) -> bool:
    """Whether some order of the moves explains every answer and ends with the bids as `final` says.

    `contracts` maps a contract to the bid it came from. A move without an answer may have been made or not.
    """
    moves = [move for move in history if move.name != "record"]
    ends = [move.ended or float("inf") for move in moves]
    seen: set[tuple[frozenset[int], State]] = set()
    stack: list[tuple[frozenset[int], State]] = [(frozenset(range(len(moves))), State())]
    while stack:
        at = stack.pop()
        if at in seen:
            continue
        seen.add(at)
        left, state = at
        if not any(moves[number].status for number in left) and dict((id, how) for id, _, how in state.bids) == final:
            return True
        stack += [(left, later) for later in by_itself(state)]
        first_end = min((ends[number] for number in left), default=0.0)
        for number in left:
            # Nobody begins before another has ended and comes before it.
            if moves[number].begun > first_end:
                continue
            rest = left - {number}
            stack += [(rest, later) for later in _outcomes(state, moves[number], contracts)]
    return False


def _outcomes(state: State, move: Move, contracts: dict[str, str]) -> Iterator[State]:
    if move.status:
        yield from after(state, move, contracts)
        return
    yield state
    if move.name != "place":
        # A bid that nobody heard of has no name here: who lost its answer asks again until it has one.
        yield from after(state, replace(move, status=200), contracts)
