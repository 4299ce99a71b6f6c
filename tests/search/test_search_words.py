"""Words: what they match, with slips and signs; how what they find is ranked."""

import pytest

from functions.buildings.update_building import update_building
from functions.search.search_spaces import search_spaces
from tests.call import pages

ADDRESS = '{"street": "7 Quay Lane", "city": "Zürich", "state": "ZH", "country": "Switzerland", "postal_code": "8001"}'


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def building(world, owner):
    building = world.building(owner, floors=1)
    world.sql(
        "UPDATE buildings SET name = 'Kelvora House', address = %(address)s::jsonb WHERE id = %(id)s",
        id=building,
        address=ADDRESS,
    )
    return building


@pytest.fixture
def found(call, building):
    """The names that a search in the building finds, in their order."""

    def search(q, as_=None, **query):
        reply = call(search_spaces, as_=as_, query={"building_id": building, "q": q, **query})
        assert reply.status == 200, reply.json
        assert reply.json["meta"]["total"] == len(reply.json["data"])
        return [space["name"] for space in reply.json["data"]]

    return search


@pytest.mark.parametrize(
    "q",
    [
        "Harbour",
        "HARBOUR suite",
        "kelvora",  # the building's name
        "quay",  # its address
        "8001 harbour",
        "zurich",  # without its accent
        "terrace",  # an amenity
        "roof-terrace harbour",
        "roof",  # a part of it
        "  harbour\t kelvora ",
        "harbour,",
        "(harbour)",
    ],
)
def test_a_search_finds_spaces_that_contain_every_word(world, owner, building, found, q):
    world.space(owner, building=building, name="Harbour suite", amenities='["roof-terrace"]')

    assert found(q) == ["Harbour suite"]
    assert found(f"{q} elsewhere") == []


@pytest.mark.parametrize("q", ["habour", "harbbour", "harbaur", "harobur", "arbour", "harbourr", "harbou", "kelvroa"])
def test_a_search_word_of_four_letters_may_have_one_typo(world, owner, building, found, q):
    world.space(owner, building=building, name="Harbour suite")

    assert found(q) == ["Harbour suite"]


@pytest.mark.parametrize("q", ["harbxxr", "habouxr", "hrabuor", "rabhour", "habor", "xharbourx", "bay", "ba", "byx"])
def test_two_typos_or_a_typo_in_a_short_word_find_nothing(world, owner, building, found, q):
    world.space(owner, building=building, name="Harbour bayx")

    assert found(q) == []


def test_a_word_of_four_letters_may_match_one_of_three(world, owner, building, found):
    world.space(owner, building=building, name="Bay")

    assert found("bayx") == ["Bay"]
    assert found("by") == []
    assert found("bax") == []


@pytest.mark.parametrize(
    "q", ["%", "_", ".*", "har%", "h_rbour", "harb*", "harbo:*", "&", "|", "!", "'", "\\", "harb.{3}"]
)
def test_special_characters_in_a_search_are_plain_text(world, owner, building, found, q):
    world.space(owner, building=building, name="Plain room")
    world.space(owner, building=building, name=f"Marked {q} room")

    assert found(q) == [f"Marked {q} room"]


def test_special_characters_match_only_as_part_of_a_word(world, owner, building, found):
    world.space(owner, building=building, name="C++ laboratory")
    world.space(owner, building=building, name="C laboratory")

    assert found("++") == []
    assert found("c++") == ["C laboratory", "C++ laboratory"]
    assert found("laboratory +") == []


def test_matches_in_names_rank_first_and_matches_with_typos_last(world, owner, building, found):
    world.space(owner, building=building, name="Gallery one", amenities='["studio"]')
    world.space(owner, building=building, name="Studio two")
    world.space(owner, building=building, name="Studie three")
    world.space(owner, building=building, name="Gallery four", amenities='["studio"]')
    world.space(owner, building=building, name="Studio five")

    assert found("studio") == ["Studio five", "Studio two", "Gallery four", "Gallery one", "Studie three"]
    assert found("studio", sort="relevance") == found("studio")
    assert sorted(found("studio", sort="price_asc")) == sorted(found("studio"))


def test_pages_sorted_by_rank_stay_stable_during_inserts(world, call, owner, building):
    def space(name, **changes):
        return world.space(owner, building=building, name=name, **changes)

    for number in range(3):
        space(f"Studio {number}")
        space(f"Gallery {number}", amenities='["studio"]')
        space(f"Studie {number}", is_leasable=number != 1)
    query = {"building_id": building, "q": "studio"}
    whole = [found["id"] for found in call(search_spaces, as_=owner, query=query).json["data"]]
    assert len(whole) == 9

    for limit in (1, 2, 4):
        seen = []
        for page in pages(search_spaces, as_=owner, query=query | {"limit": limit}):
            seen += [found["id"] for found in page["data"]]
            # Somebody else lists another one of each rank meanwhile.
            world.space(owner, building=building, name="Elsewhere", is_leasable=False)
        assert seen == whole

    first = call(search_spaces, as_=owner, query=query | {"limit": 4}).json
    new = {str(space("Studio new")), str(space("Gallery new", amenities='["studio"]')), str(space("Studie new"))}
    rest = call(search_spaces, as_=owner, query=query | {"cursor": first["meta"]["cursor"]}).json
    seen = [found["id"] for found in first["data"] + rest["data"]]
    assert [each for each in seen if each not in new] == whole
    assert len(set(seen)) == len(seen)


def test_a_changed_space_is_found_by_its_new_words_at_once(world, call, owner, building, found):
    space = world.space(owner, building=building, name="Before")
    assert found("before") == ["Before"]

    world.sql("UPDATE spaces SET name = 'After' WHERE id = %(id)s", id=space)
    assert (found("before"), found("after")) == ([], ["After"])

    assert call(update_building, as_=owner, path={"building_id": building}, body={"name": "Renamed"}).status == 200
    assert (found("kelvora"), found("renamed")) == ([], ["After"])

    world.sql("UPDATE spaces SET deleted_at = now() WHERE id = %(id)s", id=space)
    assert found("after") == []


def test_words_of_hidden_spaces_do_not_affect_search_results(world, call, owner, building):
    """Quality 40: the words of an unlisted space are in nobody else's order, count or cursor."""
    for name in ("Studio one", "Studio two", "Studie three"):
        world.space(owner, building=building, name=name)

    def answers():
        return [
            call(search_spaces, as_=caller, query={"building_id": building, "q": "studio", "limit": limit}).body
            for caller in (None, world.client(), world.owner())
            for limit in (1, 2, 100)
        ]

    before = answers()
    world.space(owner, building=building, name="Studio hidden", is_leasable=False)
    world.space(owner, building=building, name="Studios hidden", is_leasable=False)

    assert answers() == before
    assert len(call(search_spaces, as_=owner, query={"building_id": building, "q": "studio"}).json["data"]) == 5


@pytest.mark.parametrize("q", ["", "  ", "x" * 500, "a" * 201, " ".join("abcdefghijklmnopqrstu"), "nul\x00"])
def test_a_search_with_no_words_or_too_many_is_refused(call, q):
    reply = call(search_spaces, query={"q": q})

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", ["q"])


def test_a_word_of_the_maximum_length_is_found(world, owner, building, found):
    word = "ab" * 100
    world.space(owner, building=building, name=word)

    assert found(word) == found(word[:-1]) == [word]
