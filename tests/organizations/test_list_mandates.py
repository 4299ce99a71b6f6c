"""Both sides see the mandates between them, and nobody else's."""

from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.list_mandates import list_mandates
from shared.kit.catalog import Role
from tests.organizations.mandated import Mandated


def ids(reply):
    return [one["id"] for one in reply.json["data"]]


def test_both_sides_see_a_mandate_with_both_names(world, call):
    parties = Mandated(world)

    for user in (parties.client, world.colleague(parties.client), parties.broker):
        assert call(list_mandates, as_=user).json["data"] == [parties.mandate]


def test_a_mandate_is_the_brokers_own_and_not_its_colleagues(world, call):
    parties = Mandated(world)
    colleague = world.colleague(parties.broker)

    assert ids(call(list_mandates, as_=colleague)) == []
    assert parties.place(by=colleague).status == 404


def test_mandates_are_listed_newest_first_page_by_page(world, call):
    client = world.client()
    granted = [
        call(grant_mandate, as_=client, body={"broker_id": world.user(Role.BROKER).id}).json["id"] for _ in range(3)
    ]
    first = call(list_mandates, as_=client, query={"limit": 2})
    second = call(list_mandates, as_=client, query={"limit": 2, "cursor": first.json["meta"]["cursor"]})

    assert ids(first) + ids(second) == granted[::-1]
