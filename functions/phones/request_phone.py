"""Send a code to a phone.

Sends a code of six digits by SMS to the number, which is the caller's once they enter it with `POST
/users/me/phone/confirm`. The code is good for ten minutes and five attempts; asking again sends a new one. A phone that
was confirmed before stays the caller's until then.
"""

from shared.auth.queries import count_request
from shared.kit.catalog import EVERY_ROLE
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded
from shared.kit.request import Caller
from shared.phones import queries, rules
from shared.phones.models import NewPhone, PendingPhone
from shared.phones.numbers import e164

# A message costs money, and may reach somebody who has nothing to do with us: codes are counted for whoever asks for
# them, and for the number that they go to, whoever asks. Hence the database role of signing in, which counts.


@endpoint(
    "POST /users/me/phone",
    access=EVERY_ROLE,
    returns=202,
    writes=True,
    confidential=True,
    raises=(rules.NumberStopped,),
    database="auth",
    layers=("phones",),
)
def request_phone(caller: Caller, new: NewPhone) -> PendingPhone:
    number = e164(new.phone)
    with transaction(caller) as tx:
        is_there, is_stopped = queries.lock_asking(tx, caller, number)
        if not is_there:
            # Deleted since the authorizer looked.
            raise SessionEnded()
        if is_stopped:
            raise rules.NumberStopped()
        count_request(tx, "phone_code", f"user:{caller.user_id}")
        count_request(tx, "phone_code", f"number:{number}")
        phone = PendingPhone.of(queries.insert_pending(tx, caller, number))
        tx.emit("phone.requested", phone)
    return phone
