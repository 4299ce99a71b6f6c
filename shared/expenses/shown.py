"""Expenses as they are answered."""

SHOWN = """
SELECT x.id, x.building_id, x.space_id, x.ticket_id, x.category, x.supplier, x.invoice_number, x.spent_on AS date,
       x.posted_on, x.amount, x.tax_amount, x.currency, x.recoverable, x.receipt_id, x.notes, x.version, x.created_at,
       x.updated_at
FROM expenses x
"""
