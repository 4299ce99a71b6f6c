"""What happens to a contract's credit as a whole: it is paid out, comes back, or moves to another contract."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Self
from uuid import UUID

from shared.kit.consumer import Event
from shared.notifications.entries import BOTH, SPACE, Data, News, NewsFrame, day, money, plain
from shared.organizations.roles import Right


class AccountUpdated(NewsFrame):
    """Credit of a contract has moved. Everyone on both sides who may see its money receives this frame: retrieve the
    contract's ledger again."""

    frame_name: ClassVar[str] = "account:updated"
    contract_id: UUID
    updated_at: datetime

    @classmethod
    def told(cls, event: Event) -> Self:
        return cls.of({"contract_id": event.data["contract_id"], "updated_at": event.occurred_at})


RIGHT = Right.READ_MONEY
PAGE = "contracts"
PAGE_ID = "contract_id"
LIVE = AccountUpdated

_MOVED = (SPACE, money("amount"), day("paid_date"), plain("contract_id"))
_CARRIED = (SPACE, money("amount"), money("refundable_amount"), plain("contract_id"), plain("from_contract_id"))


def _is_refundable(data: Data) -> bool:
    return Decimal(data["refundable_amount"]) > 0


NEWS = {
    "refund.paid": News(
        kind="payment_event",
        title="Credit Refunded",
        owner="A credit of {amount} for {space} was refunded",
        client="Your credit of {amount} for {space} was refunded to you",
        facts=_MOVED,
        mails=("CLIENT",),
    ),
    "refund.reversed": News(
        kind="payment_event",
        title="Refund Reversed",
        owner="The refund of {amount} for {space} was reversed. It is credit again",
        client="The refund of {amount} for {space} was reversed. It is your credit again",
        facts=_MOVED,
        mails=("CLIENT",),
    ),
    "transfer.made": News(
        kind="payment_event",
        title="Credit Transferred",
        owner="A credit of {amount} for {space} was transferred to another contract with the same client",
        client="Your credit of {amount} for {space} was transferred to another of your contracts",
        facts=(SPACE, money("amount"), plain("contract_id"), plain("to_contract_id")),
        mails=("CLIENT",),
    ),
    "transfer.reversed": News(
        kind="payment_event",
        title="Transfer Reversed",
        owner="The transfer of a credit of {amount} for {space} was reversed",
        client="The transfer of your credit of {amount} for {space} was reversed",
        facts=(SPACE, money("amount"), plain("contract_id"), plain("to_contract_id")),
        mails=("CLIENT",),
    ),
    "contract.deposit_carried:in_part": News(
        when=_is_refundable,
        kind="payment_event",
        title="Deposit Transferred",
        owner="{amount} of the deposit for {space} went on to the renewal. {refundable_amount} can be returned",
        client="{amount} of your deposit for {space} went on to the renewal. {refundable_amount} can be returned",
        facts=_CARRIED,
    ),
    "contract.deposit_carried": News(
        kind="payment_event",
        title="Deposit Transferred",
        owner="The deposit of {amount} for {space} went on to the renewal",
        client="Your deposit of {amount} for {space} went on to the renewal",
        facts=_CARRIED,
    ),
    "contract.refund_due": News(
        kind="payment_event",
        title="Refund Due",
        owner="A credit of {amount} for {space} is to be refunded to the client",
        client="A credit of {amount} for {space} is to be refunded to you",
        facts=(SPACE, money("amount"), plain("contract_id")),
        mails=BOTH,
    ),
}
