"""Render invoices, receipts and credit notes.

When one is issued or money is recorded, the documents are rendered and stored before anyone requests them.
"""

import hashlib
from typing import Any
from uuid import UUID

from shared.files.letterhead import logo_of
from shared.kit.aws import write_object
from shared.kit.consumer import Event, consumer
from shared.kit.db import Row, Tx
from shared.kit.settings import resource
from shared.payments import archive, credit_note, rendering
from shared.payments.document import render_invoice, render_receipt


@consumer(
    "payment.invoiced",
    "payment.recorded",
    "payment.credited",
    emits=False,
    uses=("documents.write", "media.read", "media.list"),
    layers=("documents",),
    timeout=30,
    memory=1024,
)
def render_documents(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (payments have ids)
    if event.name == "payment.credited":
        _render_credit_note(tx, UUID(event.data["credit_note_id"]))
        return
    row = archive.select_documents(tx, event.object_id)
    logo = logo_of(row["owner_party"])
    # What was invoiced before an import has receipts only.
    if row["invoice_id"]:
        invoice: dict[str, Any] = {"kind": "INVOICE", "invoice_id": row["invoice_id"], "transaction_id": None}
        _store(
            tx,
            row,
            invoice,
            rendering.invoice_number(row),
            rendering.invoice_key(row),
            render_invoice(rendering.invoice_of(row), logo),
        )
    if row["transactions"] is None:
        # Nothing has come yet, or what came was reversed since.
        return
    receipt: dict[str, Any] = {
        "kind": "RECEIPT",
        "invoice_id": row["invoice_id"],
        "transaction_id": row["transactions"][-1]["id"],
    }
    _store(
        tx,
        row,
        receipt,
        rendering.receipt_number(row),
        rendering.receipt_key(row),
        render_receipt(rendering.receipt_of(row), logo),
    )


def _render_credit_note(tx: Tx, credit_note_id: UUID) -> None:
    row = archive.select_credit_note(tx, credit_note_id)
    values: dict[str, Any] = {"kind": "CREDIT_NOTE", "invoice_id": row["id"], "transaction_id": None}
    number, key = credit_note.credit_note_number(row), credit_note.credit_note_key(row)
    note = credit_note.render_credit_note(credit_note.credit_note_of(row), logo_of(row["owner_party"]))
    _store(tx, row, values, number, key, note)


def _store(tx: Tx, row: Row, values: dict[str, Any], number: str, key: str, document: bytes) -> None:
    # The object before the row: no row ever points to a missing document.
    write_object(resource("documents"), key, document, "application/pdf")
    digest, size = hashlib.sha256(document).hexdigest(), len(document)
    archive.insert_document(
        tx, values | {"payment_id": row["payment_id"], "number": number, "key": key, "sha256": digest, "size": size}
    )
