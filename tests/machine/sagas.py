"""The leasing saga of every approved bid, moved on step by step: what the machine would run next, by the outbox."""

from typing import Any

from functions.leasing.activate_contract import activate_contract
from functions.leasing.cancel_payments import cancel_payments
from functions.leasing.release_space import release_space
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from shared.leasing.rules import DealEnded
from tests.arena import Arena

BEFORE = (render_lease, request_signatures)
AFTER = (schedule_payments, activate_contract)
UNDO = (void_contract, release_space)
WAKES = ("contract.fully_signed", "contract.declined", "contract.hold_ended", "contract.unheard")


class Sagas:
    """Each execution's steps to come; one that waits for signatures has none."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.heard = 0
        self.to_come: dict[str, tuple[Any, ...]] = {}
        self.waiting: set[str] = set()

    def hear(self) -> None:
        """What was told since: a bid that was approved starts a saga, and who waits may wake."""
        sql = "SELECT seq, name, object_id, payload FROM outbox WHERE seq > %(heard)s ORDER BY seq"
        for event in self.arena.sql(sql, heard=self.heard):
            self.heard = event["seq"]
            if event["name"] == "bid.approved":
                self.to_come[event["payload"]["contract_id"]] = BEFORE
            elif event["name"] in WAKES and str(event["object_id"]) in self.waiting:
                contract = str(event["object_id"])
                self.waiting.remove(contract)
                self.to_come[contract] = AFTER if event["payload"]["signature_status"] == "FULLY_SIGNED" else UNDO

    def ready(self) -> list[str]:
        """The contracts whose saga has something to do."""
        return [contract for contract, steps in self.to_come.items() if steps]

    def undoing(self) -> bool:
        """Whether a saga is on its way back."""
        return any(steps and steps[0] in (*UNDO, cancel_payments) for steps in self.to_come.values())

    def step(self, contract: str, times: int = 1) -> str:
        """Run the saga's next step, delivered as often as said; its name."""
        step, *later = self.to_come[contract]
        self.to_come[contract] = tuple(later)
        for _ in range(times):
            try:
                step({"contract_id": contract, "correlation_id": "saga", "task_token": "token"}, None)
            except DealEnded:
                self.to_come[contract] = UNDO
                return "ended"
        if step is request_signatures:
            self.waiting.add(contract)
        return str(step.operation.name)

    def fail(self, contract: str) -> None:
        """Every try of the saga's next step fails: it turns back."""
        scheduled = self.to_come[contract][0] in AFTER
        self.to_come[contract] = (cancel_payments, *UNDO) if scheduled else UNDO
