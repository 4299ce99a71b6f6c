"""What a name may hold: what is seen, and what our documents can print."""

import pytest

from shared.kit.characters import face_of, misleading, unprintable
from shared.kit.written import clean, isolated
from tools import typefaces


@pytest.mark.parametrize(
    "name",
    [
        "Harbor Holdings, LLC",
        "株式会社東京",
        "𠮷野家",
        "서울부동산",
        "हिन्दी क्षेत्र",
        "क्‍ष",
        "บริษัทไทย",
        "شركة العقارات ١٢",
        "می‌خواهم",
        "חברת נדל״ן",
        "👨‍👩‍👧 & ❤️‍🔥",
        "👍🏽 🇩🇪",
        "e\u0301clair",
    ],
)
def test_a_name_in_any_script_is_taken(name: str) -> None:
    assert (misleading(name), unprintable(name)) == (None, None)


@pytest.mark.parametrize(
    "unseen",
    ["\0", "\t", "\n", "\x7f", "\x85", "\u061c", "\u200b", "\u200e", "\u202a", "\u202e", "\u2028", "\u2060", "\u2066",
     "\ufeff", "\U000e0067"],
)  # fmt: skip
def test_what_nobody_sees_is_found(unseen: str) -> None:
    assert misleading(f"Ac{unseen}me") == unseen


@pytest.mark.parametrize(
    "name", ["\u200dAcme", "Acme\u200d", "Acme \u200dLtd", "a\u200c1", "می\u200c\u200cخ", "a\u200d,"]
)
def test_a_joiner_that_joins_no_letters_is_found(name: str) -> None:
    assert misleading(name) in ("\u200c", "\u200d")
    assert not set(clean(name)) & {"\u200c", "\u200d"}


@pytest.mark.parametrize("char", ["\ue000", "\u0378", "\U0001fffe", "\ufffe", "\U00012000"])
def test_what_no_font_has_is_found(char: str) -> None:
    assert unprintable(f"Acme {char}") == char


def test_the_table_of_characters_says_what_the_fonts_have() -> None:
    assert typefaces.WRITTEN.read_text() == typefaces.source(), "run python -m tools.typefaces"


def test_each_character_is_looked_up_in_the_font_that_the_table_was_made_from() -> None:
    names = typefaces.faces()
    covered = typefaces.coverage(names)

    assert {char: face_of(chr(char)) for char in covered} == {char: names[place] for char, place in covered.items()}
    assert not any(face_of(chr(char)) for char in range(0x3000, 0xE000) if char not in covered)


def test_only_what_turns_a_sentence_is_isolated() -> None:
    assert isolated("Straße 5, 東京") == "Straße 5, 東京"
    assert isolated("\u2069נכסים 7") == "\u2068נכסים 7\u2069"
