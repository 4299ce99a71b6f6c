"""Propose a lease renewal.

Either side proposes new terms for the time after the lease ends. The renewal is a new version of the contract and
is signed like the first. It starts the day after the lease ends. If both fall in the same month, the renewal's
first installment is the amount for that month less the last installment of the lease.
"""

from uuid import UUID

from shared.contracts import queries, renewal, rules
from shared.contracts.access import visible_contract
from shared.contracts.models import Contract
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.terms.calculation import InconsistentTerms, calculate, check_cents


@endpoint(
    "POST /contracts/{contract_id}/renew",
    access=may(Right.SIGN_LEASES),
    returns=201,
    writes=True,
    verified=True,
    raises=(rules.NotRenewable, rules.HoldsOver, rules.TenantUnclaimed, renewal.WrongStart, InconsistentTerms),
)
def renew_contract(caller: Caller, contract_id: UUID, proposed: renewal.Renewal) -> Contract:
    with transaction(caller) as tx:
        queries.lock_first(tx, caller, contract_id)
        asked_deal, asked_term = queries.ask_for_deal(tx, contract_id), queries.ask_for_term(tx, contract_id)
        asked_indexes = renewal.select_indexes(tx, contract_id, proposed)
        lease, _ = visible_contract(tx, caller, contract_id)
        [deal], [term], indexes = asked_deal.answer(), asked_term.answer(), asked_indexes.answer()
        rules.check_renewable(lease, deal, term["is_renewed"])
        terms = renewal.renewed_terms(deal, proposed)
        check_cents(terms, deal["currency"])
        calculate(terms, indexes[proposed.index_name()])
        after = renewal.last_line(deal, indexes[renewal.index_of(deal)])
        renewal_id = renewal.draft_renewal(tx, caller, contract_id, terms, after)
        found = queries.select_contract(tx, caller, renewal_id)
        if found is None:
            raise NotFound()
        contract = Contract.of(found)
        tx.emit("contract.sent", contract, contract_id=str(renewal_id), renews_contract_id=str(contract_id))
    return contract
