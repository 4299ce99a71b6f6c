"""Verify a document.

Checks whether a PDF is genuine: stored by the platform, and unchanged to the last byte. Anyone may ask, without an
account: a bank, a court, the next owner. Only someone who has the file can ask, and they learn its type and when it
was stored, but not who it belongs to.
"""

import hashlib

from shared.contracts import documents
from shared.contracts.models import Verified
from shared.kit.catalog import ANYONE, Raw
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import Detail, Invalid
from shared.kit.request import Request

LARGEST = 4 * 1024 * 1024
"""Bytes: what a Lambda takes in base64, with room for the request around it. Ours are smaller by far."""


@endpoint(
    "POST /documents/verify",
    access=ANYONE,
    rate="upload",
    raw=Raw(
        description="The PDF exactly as it was downloaded, up to 4 MB.",
        content_type="application/pdf",
    ),
)
def verify_document(request: Request) -> Verified:
    document = request.raw_body
    if len(document) > LARGEST:
        raise Invalid(Detail("body", f"must not be larger than {LARGEST} bytes"))
    if not document.startswith(b"%PDF-"):
        raise Invalid(Detail("body", "must be a PDF"))
    sha256 = hashlib.sha256(document).hexdigest()
    with reading(None) as tx:
        known = documents.select_known_document(tx, sha256)
    stored = known or {"kind": None, "executed": None, "created_at": None}
    return Verified.of(
        {
            "genuine": known is not None,
            "sha256": sha256,
            "kind": stored["kind"],
            "executed": stored["executed"],
            "stored_at": stored["created_at"],
        }
    )
