"""What every document of ours has in common."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from shared.kit.pdf import WIDTH, Column, Pdf, Total


@pytest.mark.parametrize("totals", [1, 3])
def test_the_totals_of_a_table_stay_with_its_last_row(totals):
    columns = [Column("Entry", WIDTH / 2), Column("Amount", WIDTH / 2, "R")]
    for count in range(30, 50):
        pdf = Pdf(kind="Test", reference="T-1", document_id="1", issued_on=date(2026, 1, 1), author="Us")
        rows = [(f"Row {number}", f"{number}.00") for number in range(1, count + 1)]
        pdf.table(columns, rows, [Total((f"Total {number}", f"{number}.50")) for number in range(totals)])
        pages = [page.extract_text() for page in PdfReader(BytesIO(pdf.finish())).pages]

        assert len(pages) <= 2, count
        for number in range(totals):
            assert f"Total {number}" in pages[-1] and f"{number}.50" in pages[-1], count
        assert f"Row {count} {count}.00\nTotal 0" in pages[-1], count
