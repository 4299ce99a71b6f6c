"""Send the code for a phone.

The one message that a number gets before it is confirmed. The code is derived from the id of its row: neither the
database nor the outbox ever contains it.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.keys import derived_key
from shared.phones import messages, queries, rules
from shared.phones.messages import Text
from shared.phones.wording import code_text


@consumer("phone.requested", emits=False, uses=("texts.send", "token_key.encrypt", "derive_key.mac"))
def send_code(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (phones have ids)
    pending = queries.select_pending(tx, event.object_id)
    if pending is None:
        return
    code = rules.code_of(derived_key(rules.CODE_KEY), event.object_id)
    text = Text(pending["number"], "sms", code_text(code, pending["language"]), "", [])
    # Queued last and before the commit: none is lost, and if a crash repeats one, the queue drops the duplicate.
    messages.queue_text(text, event, event.object_id, is_code=True)
