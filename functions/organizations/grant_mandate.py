"""Grant a mandate.

A client lets a broker bid on their behalf, until a given day or until they revoke the mandate. The broker sees the
client's bids, contracts and payments and acts on the client's bids, but cannot sign for the client.
"""

from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations import queries, rules
from shared.organizations.models import Mandate, NewMandate
from shared.organizations.roles import Right, may


@endpoint(
    "POST /mandates",
    access=may(Right.GIVE_MANDATES),
    returns=201,
    writes=True,
    verified=True,
    raises=(rules.MandateStands,),
)
def grant_mandate(caller: Caller, new: NewMandate) -> Mandate:
    with transaction(caller) as tx:
        broker, today = queries.select_broker(tx, new.broker_id)
        if broker is None:
            raise NotFound()
        rules.check_until(new.until, today)
        mandate = Mandate.of(queries.insert_mandate(tx, caller, new, broker))
        tx.emit("mandate.granted", mandate)
    return mandate
