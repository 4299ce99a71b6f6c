"""Draft a lease.

An owner drafts a lease for a client with whom they agreed terms outside the platform. A draft does not hold the
space, and the client does not see it until the owner sends it.
"""

from shared.bids.rules import StartInThePast, check_days
from shared.contracts import queries
from shared.contracts.direct import NewLease, organization_of_client
from shared.contracts.draft import draft_direct
from shared.contracts.models import Contract
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.spaces.access import visible_space
from shared.terms.calculation import InconsistentTerms, calculate, check_cents
from shared.terms.index import index_of_space
from shared.terms.offered import first_offer

# send_contract sends the draft and starts the saga.


@endpoint(
    "POST /contracts",
    access=may(Right.DRAW_LEASES),
    returns=201,
    writes=True,
    verified=True,
    raises=(StartInThePast, InconsistentTerms),
)
def create_contract(caller: Caller, lease: NewLease) -> Contract:
    with transaction(caller) as tx:
        asked_client = organization_of_client(tx, lease.client_id)
        asked_index = index_of_space(tx, lease.space_id, lease)
        space = visible_space(tx, lease.space_id, own=True)
        asked_client.answer()
        terms = first_offer(
            lease, today=space.today, currency=space.currency, area=space.gross_sqft, bid_amount=lease.bid_amount
        )
        check_cents(terms, space.currency)
        check_days(terms.start_date, None, space.today)
        calculate(terms, asked_index.answer())
        contract_id = draft_direct(tx, caller, space.id, lease.client_id, terms)
        found = queries.select_contract(tx, caller, contract_id)
        if found is None:
            raise NotFound()
        contract = Contract.of(found)
        tx.emit("contract.drafted", contract)
    return contract
