"""What an organization says of itself, and where that goes."""

from typing import Any

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.organizations.get_organization import get_organization
from functions.organizations.update_organization import update_organization
from shared.kit.catalog import Role
from tests.call import together
from tests.world import ADDRESS


@pytest.fixture
def put(call):
    return lambda user, headers=None, key=None, **body: call(
        update_organization, as_=user, body=body, headers=headers, key=key
    )


FULL = {
    "name": "Stone",
    "legal_name": "Stone Properties LLC",
    "address": ADDRESS,
    "tax_id": "US-12-3456789",
    "logo_url": "https://example.com/logo.png",
}


def test_only_the_given_fields_of_an_organization_change(world, call, put):
    owner = world.owner()
    before = call(get_organization, as_=owner).json

    reply = put(owner, legal_name="Stone Properties LLC")

    assert reply.status == 200
    assert reply.json == before | {"legal_name": "Stone Properties LLC", "updated_at": reply.json["updated_at"]}
    assert reply.json["updated_at"] > before["updated_at"]
    assert call(get_organization, as_=owner).json == reply.json


def test_null_clears_optional_fields_of_an_organization(world, put):
    owner = world.owner()
    assert {name: put(owner, **FULL).json[name] for name in FULL} == FULL

    cleared = put(owner, **dict.fromkeys([name for name in FULL if name != "name"])).json

    assert [cleared[name] for name in FULL] == ["Stone", None, None, None, None]
    assert put(owner, name=None).fields == ["name"]


def test_every_role_reads_its_organization_and_its_managers_change_it(world, call, put):
    for role in Role:
        user = world.user(role)
        assert call(get_organization, as_=user).json["id"] == str(user.organization_id)
        may = role in (Role.OWNER, Role.CLIENT, Role.BROKER, Role.CONTRACTOR, Role.SUPER_ADMIN)
        assert put(user, name="New").status == (200 if may else 403)


@pytest.mark.parametrize("role", [Role.CLIENT, Role.BROKER])
@pytest.mark.parametrize("policy", [{"signature_provider": "DOCUSIGN"}, {"requires_authorization": True}])
def test_only_owners_choose_how_leases_are_signed(world, put, role, policy):
    user, owner = world.user(role), world.owner()

    assert (put(user, **policy).status, put(user, **policy).fields) == (400, [*policy])
    assert put(owner, **policy).status == 200


def test_the_audit_log_says_that_the_address_changed_but_not_to_what(world, put):
    owner = world.owner()

    put(owner, **FULL)

    [audit] = world.audits(owner.organization_id)
    assert (audit["before"]["name"], audit["after"]["name"]) != ("Stone", "Stone") and audit["after"]["name"] == "Stone"
    assert set(audit["after"]["changed"]) == {"name", "legal_name", "tax_id", "logo_url"}
    [event] = world.event_details(owner.organization_id)
    for told in (audit["before"], audit["after"], event["data"]):
        assert not {"address", "tax_id"} & set(told)
        assert "US-12" not in str(told) and "Main St" not in str(told)


def test_an_update_without_a_change_emits_nothing(world, call, put):
    owner = world.owner()
    tag = put(owner, **FULL).headers["etag"]
    told = world.events(owner.organization_id)

    assert put(owner, **FULL).headers["etag"] == tag == call(get_organization, as_=owner).headers["etag"]
    assert world.events(owner.organization_id) == told


def test_of_two_updates_of_the_same_version_one_is_stale(world, call, put):
    owner = world.owner()
    tag = call(get_organization, as_=owner).headers["etag"]

    replies = together([lambda n=n: put(owner, headers={"if-match": tag}, name=f"Name {n}") for n in range(5)])

    assert sorted(reply.status for reply in replies) == [200] + [412] * 4


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"logo_url": "http://example.com/logo.png"}, "logo_url"),
        ({"logo_url": "javascript:alert(1)"}, "logo_url"),
        ({"logo_url": "https://example.com/" + "x" * 500}, "logo_url"),
        ({"tax_id": "x" * 65}, "tax_id"),
        ({"name": ""}, "name"),
        ({"address": {"street": "1 Main St"}}, "address.city"),
        ({"address": ADDRESS | {"latitude": 1}}, "address.latitude"),
        ({"signature_provider": "PAPER"}, "signature_provider"),
        ({"requires_authorization": "yes"}, "requires_authorization"),
        ({"id": "x"}, "id"),
        ({"deleted_at": None}, "deleted_at"),
        ({"created_at": "2020-01-01T00:00:00Z"}, "created_at"),
    ],
)
def test_invalid_fields_of_an_organization_are_reported_by_name(world, put, body, field):
    owner = world.owner()

    reply = put(owner, **body)

    assert reply.status == 400
    assert field in reply.fields
    assert world.events(owner.organization_id) == []


def parties(world: Any, contract: Any) -> str:
    [row] = world.sql("SELECT owner_party, client_party FROM contracts WHERE id = %(id)s", id=contract)
    return str(row)


def test_existing_contracts_keep_the_old_details_and_new_ones_have_the_new(world, call, put):
    owner, client = world.owner(), world.client()

    def deal() -> Any:
        body = {"space_id": world.space(owner), "bid_amount": 4000}
        bid = call(place_bid, as_=client, body=body).json["id"]
        return call(approve_bid, as_=owner, path={"bid_id": bid}, body={}).json["contract_id"]

    first = deal()
    for user in (owner, client):
        put(user, legal_name=f"New {user.role} Ltd", tax_id="NEW-TAX")
    second = deal()

    assert "NEW-TAX" not in parties(world, first) and "Ltd" not in parties(world, first)
    assert parties(world, second).count("NEW-TAX") == 2
    assert all(f"New {user.role} Ltd" in parties(world, second) for user in (owner, client))


def test_a_repeated_idempotency_key_gets_the_first_answer(world, put):
    owner = world.owner()
    first, second = (put(owner, key="k", name="Once") for _ in range(2))

    assert (second.body, second.headers["idempotent-replayed"]) == (first.body, "true")
    assert put(owner, key="k", name="Twice").status == 422
    assert world.events(owner.organization_id) == ["organization.updated"]


IBAN = {"iban": "DE89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX", "currency": "EUR"}
ROUTED = {"routing_number": "111000025", "account_number": "000123456789", "bank": "First Bank"}
NO_ACCOUNT = dict.fromkeys(("holder", "bank", "iban", "bic", "routing_number", "account_number", "currency"))


def test_where_tenants_pay_is_kept(world, put):
    owner = world.owner()

    kept = put(owner, bank_accounts=[IBAN, ROUTED]).json["bank_accounts"]

    assert kept == [NO_ACCOUNT | IBAN | {"iban": "DE89370400440532013000"}, NO_ACCOUNT | ROUTED]
    assert put(owner, bank_accounts=None).json["bank_accounts"] == []


@pytest.mark.parametrize(
    ("account", "field"),
    [
        ({}, "iban"),
        ({"iban": "DE88370400440532013000"}, "iban"),
        ({"iban": "Sesame"}, "iban"),
        (IBAN | {"account_number": "12345", "routing_number": "111000025"}, "account_number"),
        ({"account_number": "12345"}, "routing_number"),
        ({"iban": IBAN["iban"], "routing_number": "111000025"}, "account_number"),
        (ROUTED | {"routing_number": "111000026"}, "routing_number"),
    ],
)
def test_an_account_that_cannot_be_one_is_refused(world, put, account, field):
    reply = put(world.owner(), bank_accounts=[IBAN, account])

    assert (reply.status, reply.fields) == (400, [f"bank_accounts.1.{field}"])


def test_only_an_owner_says_where_to_pay_and_how_complete_parties_are(world, put):
    reply = put(world.client(), bank_accounts=[IBAN], complete_parties=True)

    assert (reply.status, sorted(reply.fields)) == (400, ["bank_accounts", "complete_parties"])


def named(put, user, country="USA"):
    assert put(user, legal_name="Someone LLC", address=ADDRESS | {"country": country}).status == 200


def test_an_approval_names_what_the_documents_lack_of_the_parties(world, call, put):
    owner, client = world.owner(), world.client()
    world.sql(
        "UPDATE organizations SET legal_name = NULL, address = NULL WHERE id = ANY(%(ids)s)",
        ids=[owner.organization_id, client.organization_id],
    )
    space = world.space(owner)

    def approved():
        body = {"space_id": space, "bid_amount": 5000, "start_date": "2027-02-01"}
        bid = call(place_bid, as_=client, body=body).json["id"]
        reply = call(approve_bid, as_=owner, path={"bid_id": bid}, body={})
        if reply.status != 200:
            call(withdraw_bid, as_=client, path={"bid_id": bid}, body={})
        return reply

    assert put(owner, complete_parties=True).status == 200
    named(put, owner)
    refused = approved()
    assert (refused.status, refused.code) == (409, "PARTY_INCOMPLETE")
    assert refused.fields == ["client.legal_name", "client.address", "client.country"]
    # Stored by a release that took any name.
    named(put, client)
    world.sql(
        'UPDATE organizations SET address = address || \'{"country": "Atlantis"}\' WHERE id = %(id)s',
        id=client.organization_id,
    )
    assert approved().fields == ["client.country"]
    assert put(owner, complete_parties=False).status == 200

    reply = approved()

    assert (reply.status, reply.json["warnings"]) == (200, ["PARTY_INCOMPLETE"])
    assert reply.json["missing"] == ["client.country"]


def test_an_approval_of_complete_parties_warns_of_nothing(world, call, put):
    owner, client = world.owner(), world.client()
    named(put, owner)
    named(put, client, country="de")
    assert put(owner, complete_parties=True).status == 200
    body = {"space_id": world.space(owner), "bid_amount": 5000, "start_date": "2027-02-01"}
    bid = call(place_bid, as_=client, body=body).json["id"]

    reply = call(approve_bid, as_=owner, path={"bid_id": bid}, body={})

    assert (reply.status, reply.json["warnings"], reply.json["missing"]) == (200, [], [])


@pytest.mark.parametrize(
    ("country", "code"), [("United States", "US"), ("de", "DE"), ("South Korea", "KR"), ("CIV", "CI")]
)
def test_a_country_is_answered_as_it_was_given_and_its_code_is_stored_beside_it(world, put, country, code):
    owner = world.owner()

    reply = put(owner, address=ADDRESS | {"country": country})

    [row] = world.sql("SELECT country_code FROM organizations WHERE id = %(id)s", id=owner.organization_id)
    assert (reply.json["address"], row["country_code"]) == (ADDRESS | {"country": country}, code)


def test_an_unknown_country_is_refused_by_name(world, put):
    reply = put(world.owner(), address=ADDRESS | {"country": "Atlantis"})

    assert (reply.status, reply.fields) == (400, ["address.country"])
    assert "Atlantis is none" in reply.json["error"]["details"][0]["message"]
