"""Connecting accounting software: a person agrees, once, in their own browser."""

from urllib.parse import parse_qs, urlsplit

import boto3

from functions.integrations.list_integration_targets import list_integration_targets
from functions.integrations.remove_integration import remove_integration
from functions.integrations.start_integration import start_integration
from functions.integrations.sync_integration import sync_integration
from shared.kit.catalog import Role
from tests.call import call, pages
from tests.integrations.connecting import cookie_of


def test_a_company_is_connected_and_its_accounts_are_read(connecting):
    before = connecting.shown()

    shown = connecting.connect()

    assert (before["status"], shown["status"]) == ("NOT_CONNECTED", "CONNECTED")
    assert shown["company_name"] in ("Evergreen Offices", "Zillium") and shown["company_currency"] == "USD"
    assert shown["starts_on"] == "2026-01-01" and shown["read_at"]
    proposed = {one["role"]: one["proposed_name"] for one in shown["accounts"] if one["proposed_id"]}
    assert proposed["RENT"] == "Rental income" and proposed["BANK"] == "Checking"
    assert all(one["account_id"] is None for one in shown["accounts"])


def test_tokens_are_in_a_secret_of_the_organization_and_in_no_answer(connecting, world):
    connecting.connect()

    name = f"accounting_tokens/{connecting.owner.organization_id}/{connecting.provider}"
    kept = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    assert "refresh_token" in kept
    told = str(connecting.shown()) + str(world.sql("SELECT payload FROM outbox WHERE name LIKE 'integration%%'"))
    assert "refresh_token" not in told and "access_token" not in told


def test_a_state_is_good_once(connecting):
    started = connecting.start()
    query = connecting.server.visit(started.json["authorize_url"])

    first = connecting.come_back(query, cookie_of(started))
    second = connecting.come_back(query, cookie_of(started))

    assert (first.status, second.status, second.code) == (302, 400, "INVALID_INTEGRATION_STATE")


def test_another_browser_does_not_finish_what_this_one_started(connecting):
    started, other = connecting.start(), connecting.start()
    query = connecting.server.visit(started.json["authorize_url"])

    assert connecting.come_back(query, cookie_of(other)).code == "INVALID_INTEGRATION_STATE"
    assert connecting.come_back(query, "integration_attempt=").code == "INVALID_INTEGRATION_STATE"
    assert connecting.come_back(query, cookie_of(started)).status == 302


def test_a_way_back_closes_after_ten_minutes(connecting, world):
    started = connecting.start()
    world.sql("UPDATE integration_attempts SET expires_at = now() - interval '1 second'")

    assert connecting.finish(started).code == "INVALID_INTEGRATION_STATE"


def test_a_person_who_does_not_agree_comes_back_with_an_error(connecting):
    connecting.server.agrees = False

    reply = connecting.finish(connecting.start(return_to="http://localhost:3000/books?tab=2"))

    assert reply.headers["location"] == (
        f"http://localhost:3000/books?tab=2&provider={connecting.provider}&error=access_denied"
    )
    assert connecting.shown()["status"] == "NOT_CONNECTED" and "agreed" in connecting.shown()["reason"]


def test_the_browser_returns_to_frontends_only(connecting):
    assert connecting.start(return_to="https://evil.example").fields == ["return_to"]


def test_a_connection_is_under_way_until_the_code_was_exchanged(connecting):
    reply = connecting.finish(connecting.start())

    assert reply.headers["location"] == f"http://localhost:3000/integrations?provider={connecting.provider}"
    assert connecting.shown()["status"] == "CONNECTING"


def test_a_refused_code_says_so(connecting):
    connecting.finish(connecting.start(), code="another")
    connecting.pump()

    shown = connecting.shown()
    assert shown["status"] == "NOT_CONNECTED" and "did not accept the sign-in" in shown["reason"]


def test_what_zoho_says_of_its_servers_is_not_believed(zoho):
    zoho.finish(zoho.start(), location="xx")
    zoho.pump()

    assert "data center" in zoho.shown()["reason"]


def test_an_organization_of_zoho_is_chosen_by_its_id(zoho):
    zoho.connect(company_id="10234000")
    assert zoho.shown()["company_name"] == "Side business"


def test_an_unknown_organization_of_zoho_is_refused(zoho):
    zoho.connect(company_id="99")
    assert zoho.shown()["status"] == "NOT_CONNECTED" and "no organization 99" in zoho.shown()["reason"]


def test_another_company_does_not_take_the_place_of_the_connected_one(quickbooks):
    quickbooks.ready()
    quickbooks.server.realm = "1"

    quickbooks.connect()

    shown = quickbooks.shown()
    assert shown["company_id"] == "9341453908059321" and shown["status"] == "CONNECTED"


def test_pkce_is_used_where_the_provider_knows_it(zoho, quickbooks):
    asked = parse_qs(urlsplit(zoho.start().json["authorize_url"]).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["access_type"] == ["offline"]
    assert "code_challenge" not in parse_qs(urlsplit(quickbooks.start().json["authorize_url"]).query)


def test_a_provider_that_there_is_not_is_not_found(world, servers):
    assert call(start_integration, as_=world.owner(), path={"provider": "xero"}, body={}).status == 404


def test_financial_officers_connect_and_other_organizations_see_nothing(connecting, world):
    connecting.ready()
    officer = world.colleague(connecting.owner, Role.FINANCIAL_OFFICER)

    assert connecting.shown(officer)["status"] == "CONNECTED"
    assert connecting.shown(world.owner())["status"] == "NOT_CONNECTED"
    assert call(sync_integration, as_=world.owner(), path=connecting.path).code == "NOT_CONNECTED"
    assert (
        call(start_integration, as_=world.colleague(connecting.owner, Role.AGENT), path=connecting.path).status == 403
    )


def test_an_unknown_account_is_named(connecting):
    connecting.connect()

    reply = connecting.map(accounts={"RENT": "7", "BANK": connecting_account(connecting, "Checking")})

    assert (reply.status, reply.fields) == (400, ["accounts.RENT"])


def connecting_account(connecting, name):
    query = {"name": name.lower()}
    [row] = call(list_integration_targets, as_=connecting.owner, path=connecting.path, query=query).json["data"]
    return row["id"]


def test_what_the_provider_has_comes_in_pages(connecting):
    for number in range(3):
        connecting.server.customer(f"Customer {number}")
    connecting.connect()

    query = {"kind": "CUSTOMER", "limit": 2}
    found = [
        row["name"]
        for page in pages(list_integration_targets, as_=connecting.owner, path=connecting.path, query=query)
        for row in page["data"]
    ]

    assert found == ["Customer 0", "Customer 1", "Customer 2"]


def test_taking_a_connection_away_revokes_it_there(connecting):
    connecting.ready()

    assert call(remove_integration, as_=connecting.owner, path=connecting.path).status == 204
    connecting.pump()

    assert not connecting.server.lets_somebody_in
    assert connecting.shown()["status"] == "NOT_CONNECTED"
    assert call(remove_integration, as_=connecting.owner, path=connecting.path).code == "NOT_CONNECTED"
