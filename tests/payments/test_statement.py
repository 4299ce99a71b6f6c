"""The statement of an account as a PDF."""

from typing import get_args

from shared.payments.models import LedgerEntryType
from shared.payments.statement import ENTRIES


def test_a_statement_has_a_name_for_every_entry_of_a_ledger():
    """An invoice is called by what it charges."""
    assert ENTRIES.keys() | {"INVOICE"} == set(get_args(LedgerEntryType))
