"""Confirm a phone.

The code that was sent to the number proves that it is the caller's. From now on it gets the messages that the caller's
notification preferences ask for, in place of an earlier phone.
"""

from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.keys import derived_key
from shared.kit.request import Caller
from shared.phones import queries, rules
from shared.phones.models import ConfirmedPhone, PhoneCode


@endpoint(
    "POST /users/me/phone/confirm",
    access=EVERY_ROLE,
    writes=True,
    raises=(rules.NoPendingPhone, rules.WrongPhoneCode),
    uses=("derive_key.mac",),
    database="auth",
)
def confirm_phone(caller: Caller, proof: PhoneCode) -> ConfirmedPhone:
    key = derived_key(rules.CODE_KEY)
    with transaction(caller) as tx:
        pending = queries.lock_pending(tx, caller)
        if pending is None:
            raise rules.NoPendingPhone()
        if rules.is_code(key, pending["id"], proof.code):
            phone = ConfirmedPhone.of(queries.update_confirmed(tx, caller, pending["id"]))
            tx.emit("phone.confirmed", phone)
            return phone
        queries.update_attempts(tx, pending["id"])
    # Raised after the block, so that the attempt is counted first.
    raise rules.WrongPhoneCode()
