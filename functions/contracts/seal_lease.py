"""Seal the executed lease.

After the last signature, names, titles and times are written on the signature lines of the signed document, and it
gets its last pages: who signed it, when and from where. The platform's electronic signature seals the whole as of the
moment of execution. From then on, it is the document that both sides download. The one that they read and signed is its
beginning, byte by byte, and is kept as it was.
"""

import hashlib

from shared.contracts import documents
from shared.contracts.rules import executed_key
from shared.kit.aws import read_object, write_new_object
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.settings import resource


@consumer(
    "contract.fully_signed",
    emits=False,
    # Without the right to list, S3 answers 403 and not 404 for a certificate that is not there yet.
    uses=("documents.read", "documents.write", "documents.check", "seal_key.sign", "seal_key.read"),
    layers=("documents", "sealing"),
    timeout=60,
    memory=1024,
)
def seal_lease(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (contracts have ids)
    contract, document, signatures = documents.select_executed(tx, event.object_id)
    if contract["signature_provider"] != "BUILT_IN":
        # DocuSign seals what is signed there: functions/contracts/keep_signed_lease.py.
        return

    # Imported here, with pyHanko and fpdf2 behind them, so that the catalog stays light.
    from shared.contracts.certificate import render_certificate, signed_lines
    from shared.contracts.evidence import evidence_of
    from shared.contracts.seal import sealed
    from shared.kit.pdf import paper_of

    read = read_object(resource("documents"), document["object_key"])
    if read is None or hashlib.sha256(read).hexdigest() != document["sha256"]:
        raise ValueError("What was signed is not what is stored.")
    evidence = evidence_of(contract, [(document, read)], signatures)
    executed = sealed(
        read,
        render_certificate(evidence, contract["executed_at"], paper=paper_of(contract["country"]), is_last=True),
        lines=signed_lines(evidence),
        reason=f"{document['number']} was executed",
        at=contract["executed_at"],
    )
    key = executed_key(document["object_key"])
    # Each run seals anew, with a random id: the one that was stored first is the lease.
    kept = write_new_object(resource("documents"), key, executed, "application/pdf")
    documents.insert_executed(tx, event.object_id, key, hashlib.sha256(kept).hexdigest(), len(kept))
