"""Receive a message from Twilio.

Twilio reports how it fares with a message, or passes on what somebody answered. The request is authenticated by its
signature. STOP ends all messages to that number, and START resumes them; whatever else people write is not read.
"""

from shared.kit.catalog import ANYONE, Raw
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Request
from shared.kit.secret import secret
from shared.phones import queries, rules, sent
from shared.phones.inbound import Answer, Status, check_genuine, read
from shared.phones.models import Undelivered

# Nobody is signed in here: the signature stands in for a caller. Hence the worker's database role.


@endpoint(
    "POST /webhooks/twilio",
    access=ANYONE,
    returns=204,
    rate=None,
    writes=True,
    raises=(rules.ForgedTwilioMessage,),
    uses=("twilio.read",),
    database="worker",
    layers=("twilio",),
    raw=Raw(
        description=(
            "A form, as Twilio sends it: a status callback, with `MessageSid` and `MessageStatus`, or somebody's "
            "message, with `MessageSid`, `From` and `Body`. Others are accepted and change nothing."
        ),
        example={"MessageSid": "SM93be49ab00000000000000f752070d71", "From": "+12025550123", "Body": "STOP"},
        headers={"X-Twilio-Signature": "HMAC-SHA1 of the address and the form's fields with our token, in base64."},
    ),
)
def receive_twilio(request: Request) -> None:
    form = check_genuine(request, secret("twilio"))
    match read(form, request):
        case Answer(sid, number, word):
            with transaction() as tx:
                queries.insert_reply(tx, sid, number, word)
        case Status(notice, sid, status, error_code):
            with transaction() as tx:
                found = sent.update_status(tx, notice, status, sid, error_code)
                if found and status == "FAILED":
                    told = {"event_id": found["event_id"], "error_code": error_code, "user_id": found["user_id"]}
                    tx.emit("text.undelivered", Undelivered.of(found), **told)
