"""Countries as people write them."""

import pytest

from shared.kit.countries import alpha2, named


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("USA", "US"),
        ("us", "US"),
        ("United States", "US"),
        ("united states of america", "US"),
        ("UK", "GB"),
        ("Deutschland", "DE"),
        ("DEU", "DE"),
        ("Turkiye", "TR"),
        ("Côte d’Ivoire", "CI"),
        ("South Korea", "KR"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_names_and_codes(written, code):
    assert alpha2(written) == code


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("DE", "Germany"),
        ("deutschland", "Germany"),
        ("USA", "United States"),
        ("KR", "South Korea"),
        ("CD", "Democratic Republic of the Congo"),
        ("BQ", "Bonaire, Sint Eustatius and Saba"),
        ("Freedonia", "Freedonia"),
        ("", ""),
    ],
)
def test_a_country_is_named_in_prose(written, name):
    assert named(written) == name
