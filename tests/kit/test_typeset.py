"""Text of any script on the page: nothing lost, nothing turned round."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from shared.kit.pdf import WIDTH, Column, Pdf
from shared.kit.typeset import Glyph, _clusters, _pieces, _words
from shared.kit.written import isolated

NAMES = {
    "Han": "北京置地有限公司",
    "Kana": "ヨシノヤホールディングス",
    "beyond the first plane": "𠮷野家",
    "Hangul": "서울부동산",
    "Thai": "บริษัทไทย",
    "Devanagari": "हन",
    "Ethiopic": "ኢትዮጵያ",
    "Armenian": "Հայ",
    "emoji": "🏢",
    "symbols": "✔ ☎ →",
    "mixed with Latin": "Müller 東京 & Söhne",
}


def a_page() -> Pdf:
    return Pdf(kind="Test", reference="T-1", document_id="1", issued_on=date(2026, 1, 1), author="Us")


def text(pdf: Pdf) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf.finish())).pages)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_printed_as_it_is_written(name: str) -> None:
    pdf = a_page()
    pdf.facts([("Name", name)])
    pdf.table([Column("Entry", WIDTH)], [[name]])

    # A reader of text puts a space between two fonts; none of these is written with a different number of letters.
    assert text(pdf).replace(" ", "").count(name.replace(" ", "")) == 2


def test_what_no_font_has_is_named_and_never_replaced() -> None:
    pdf = a_page()
    pdf.facts([("Name", "Old \ue000 & \ud83c")])

    found = text(pdf)
    assert "Old [U+E000] & [U+D83C]" in found
    assert "\ufffd" not in found


def test_a_count_of_pages_in_a_name_is_a_name() -> None:
    pdf = a_page()
    pdf.facts([("Name", "{nb} क्षेत्र")])

    assert "{nb}" in text(pdf)


def glyphs_of(shown: str) -> list[Glyph]:
    pdf = a_page()
    glyphs = pdf._text._glyphs(shown)
    pdf.finish()
    return glyphs


def test_a_name_that_runs_right_to_left_turns_nothing_around_it() -> None:
    sentence = f"(1) {isolated('נכסים 7')}, 12 High Street (“Lessor”)"

    assert [piece.text for piece in _pieces(glyphs_of(sentence))] == [
        "(1) ", "7", " ", "נכסים", ", 12 High Street (“Lessor”)",
    ]  # fmt: skip


def test_a_joiner_stays_with_the_letters_that_it_joins() -> None:
    assert [piece.text for piece in _pieces(glyphs_of("می‌خواهم"))] == ["می‌خواهم"]
    assert len(_clusters(glyphs_of("👨‍👩‍👧"))) == 1


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("Ann Lee", ["Ann ", "Lee"]),
        ("東京（株）", ["東", "京", "（株）"]),
        ("北京, 上海", ["北", "京, ", "上", "海"]),
        ("ไทยจำกัด", ["ไ", "ท", "ย", "จ", "ำ", "กั", "ด"]),
    ],
)
def test_lines_break_where_the_script_lets_them(shown: str, words: list[str]) -> None:
    assert ["".join(glyph.char for glyph in word) for word in _words(glyphs_of(shown))] == words


def test_a_long_text_in_another_script_breaks_into_lines_and_goes_on_to_the_next_page() -> None:
    pdf = a_page()
    for _ in range(100):
        pdf.paragraph("東京都千代田区" * 10)

    reader = PdfReader(BytesIO(pdf.finish()))
    assert len(reader.pages) > 2
    assert "".join(page.extract_text() for page in reader.pages).count("千代田区") > 900
