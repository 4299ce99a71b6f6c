"""A person leaves: the account is gone, contracts and sums are whole, and its name stands on nothing else."""

from typing import Any

import pytest

from functions.auth.close_sockets import close_sockets
from functions.auth.list_sessions import list_sessions
from functions.auth.login import login
from functions.auth.register import register
from functions.auth.request_password_reset import request_password_reset
from functions.bids.list_bids import list_bids
from functions.bids.place_bid import place_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.buildings.get_building import get_building
from functions.contracts.get_contract import get_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.invite_member import invite_member
from functions.organizations.list_mandates import list_mandates
from functions.payments.list_payments import list_payments
from functions.spaces.get_space import get_space
from functions.users.delete_account import delete_account
from functions.users.get_profile import get_profile
from functions.users.update_profile import update_profile
from shared.kit.catalog import Role
from tests.auth.authenticator import protected
from tests.auth.test_hashes_only import everything
from tests.auth.test_login import attempts_at
from tests.auth.test_logout import closings, refusal_of, socket_of
from tests.call import together
from tests.leasing.deal import Deal
from tests.world import PASSWORD


def leave(call: Any, user: Any) -> Any:
    return call(delete_account, as_=user)


def leased(world: Any, call: Any) -> Deal:
    """An executed lease with its schedule."""
    deal = Deal(world, call).signed()
    deal.run(schedule_payments, activate_contract)
    return deal


def books(world: Any, contract: Any) -> list[Any]:
    """A contract with its schedule, as the books have it."""
    return [
        world.sql(f"SELECT * FROM {table} WHERE {column} = %(id)s ORDER BY id", id=contract)
        for table, column in (
            ("contracts", "id"), ("payments", "contract_id"), ("documents", "contract_id"),
            ("signatures", "contract_id"), ("invoices", "contract_id"),
        )
    ]  # fmt: skip


def test_deleting_an_account_ends_its_sessions_tokens_and_sockets(world, call, invoke):
    client = world.client()
    socket = socket_of(world, client)
    pair = call(login, body={"email": client.email, "password": PASSWORD}).json
    closings()

    reply = leave(call, client)
    *_, event = world.event_details(client.id)
    assert invoke(close_sockets, event) == []

    assert (reply.status, reply.body) == (204, b"")
    assert event["name"] in close_sockets.operation.hears
    assert {refusal_of(token) for token in (client.token(), pair["token"])} == {"SESSION_ENDED"}
    assert closings() == [socket]
    assert call(login, body={"email": client.email, "password": PASSWORD}).code == "INVALID_CREDENTIALS"
    assert world.sql("SELECT deleted_at IS NOT NULL AS gone FROM users WHERE id = %(id)s", id=client.id) == [
        {"gone": True}
    ]
    assert world.events(client.id)[-1] == "user.deleted"
    audit = world.audits(client.id)[-1]
    assert (audit["action"], audit["user_id"]) == ("user.deleted", client.id)
    assert audit["after"] == {"organization_closed": True, "sessions_ended": 2}


def test_a_deleted_user_with_a_cached_authorization_can_do_nothing(world, call):
    client = world.client()
    assert leave(call, client).status == 204

    assert leave(call, client).code == "SESSION_ENDED"
    assert call(get_profile, as_=client).code == "SESSION_ENDED"
    assert call(list_sessions, as_=client).json["data"] == []
    assert world.events(client.id).count("user.deleted") == 1


def test_an_account_deleted_twice_at_once_is_deleted_once(world, call):
    client = world.client()

    replies = together([lambda: leave(call, client)] * 4)

    assert sorted(reply.status for reply in replies) == [204, 401, 401, 401]
    assert world.events(client.id).count("user.deleted") == 1


def test_a_deleted_accounts_address_is_free_and_opens_only_a_new_account(world, call):
    client = world.client()
    leave(call, client)
    assert call(request_password_reset, body={"email": client.email}).status == 200
    assert world.sql("SELECT id FROM user_tokens WHERE user_id = %(id)s AND spent_at IS NULL", id=client.id) == []

    body = {"email": client.email, "password": "Another-Horse-8", "name": "Somebody", "role": "CLIENT"}
    again = call(register, body=body)

    assert again.status == 201
    assert again.json["user"]["id"] != str(client.id)


def canaries(user: Any) -> dict[str, str]:
    return {
        "name": user.name,
        "email": user.email,
        "phone": f"+1-{user.id.hex[:12]}",
        "bio": f"Bio of {user.id.hex}",
        # No group begins with a zero, which PostgreSQL would leave out.
        "ip": f"2001:db8::f{user.id.hex[-6:-3]}:f{user.id.hex[-3:]}",
        "agent": f"agent-{user.id.hex}",
    }


def test_of_a_deleted_user_without_leases_only_an_id_remains(world, call, invoke):
    client = world.client(name="Canary Of The Coalmine")
    broker = world.user(Role.BROKER)
    said = canaries(client)
    trace = {"headers": {"user-agent": said["agent"]}, "ip": said["ip"]}
    world.sql("UPDATE organizations SET name = %(name)s WHERE id = %(id)s", name=client.name, id=client.organization_id)
    profile = {"phone": said["phone"], "bio": said["bio"], "skills": [said["bio"]],
               "certifications": [{"name": said["bio"]}], "company": said["bio"], "title": said["bio"]}  # fmt: skip
    assert call(update_profile, as_=client, body=profile, key="a-key", **trace).status == 200
    assert call(get_profile, as_=client).json["phone"] == said["phone"]
    assert call(login, body={"email": client.email, "password": PASSWORD}, **trace).status == 200
    assert call(login, body={"email": client.email, "password": "Wrong-Horse-7"}).status == 401
    protected(call, client)
    assert call(grant_mandate, as_=client, body={"broker_id": broker.id}).status == 201
    asked = {"email": "guest@example.com", "role": "CLIENT"}
    assert call(invite_member, as_=client, body=asked).status == 201
    assert call(invite_member, as_=world.client(), body=asked | {"email": client.email.upper()}).status == 201
    bid = call(place_bid, as_=client, body={"space_id": world.space(), "bid_amount": 1}, **trace).json["id"]
    assert call(withdraw_bid, as_=client, path={"bid_id": bid}, body={}).status == 200
    kept = everything(world)
    assert all(any(word in text for text in kept.values()) for word in said.values()), "the search finds what is there"

    assert call(delete_account, as_=client, **trace).status == 204

    kept = {table: text.lower() for table, text in everything(world).items()}
    assert [(name, table) for name, word in said.items() for table, text in kept.items() if word.lower() in text] == []
    assert world.sql("SELECT two_factor_secret, password_hash FROM users WHERE id = %(id)s", id=client.id) == [
        {"two_factor_secret": None, "password_hash": ""}
    ]
    assert world.sql("SELECT * FROM recovery_codes WHERE user_id = %(id)s", id=client.id) == []
    assert attempts_at(world, client.email) == []
    assert call(list_mandates, as_=broker).json["data"][0]["status"] == "REVOKED"
    # And the cache, which had the profile.
    assert call(get_profile, as_=client).code == "SESSION_ENDED"


@pytest.mark.parametrize("side", ["owner", "client"])
def test_a_colleague_takes_over_a_deleted_users_contracts_and_payments(world, call, side):
    deal = leased(world, call)
    leaver = getattr(deal, side)
    colleague = world.colleague(leaver)
    world.colleague(leaver, Role.FINANCIAL_OFFICER)
    open_bid = call(place_bid, as_=deal.client, body={"space_id": world.space(deal.owner), "bid_amount": 9}).json["id"]
    before = books(world, deal.contract)

    assert leave(call, leaver).status == 204

    assert books(world, deal.contract) == before
    assert call(get_contract, as_=colleague, path={"contract_id": deal.contract}).status == 200
    assert len(call(list_payments, as_=colleague).json["data"]) > 0
    [row] = world.sql("SELECT owner_id, client_id, client_party, status FROM bids WHERE id = %(id)s", id=open_bid)
    assert (row["status"], row[f"{side}_id"]) == ("PENDING", colleague.id)
    shown = {bid["id"]: bid for bid in call(list_bids, as_=deal.owner if side == "client" else colleague).json["data"]}
    expected = colleague if side == "client" else deal.client
    assert (row["client_party"]["name"], shown[open_bid]["client"]["name"]) == (expected.name, expected.name)
    # What was signed keeps the name: history is never edited.
    assert leaver.name in str(before[0][0][f"{side}_party"])


def test_a_cached_building_shows_the_colleague_after_a_deletion(world, call):
    owner = world.owner()
    colleague = world.colleague(owner)
    path = {"building_id": world.building(owner)}
    assert call(get_building, as_=colleague, path=path).json["owner"]["name"] == owner.name

    assert leave(call, owner).status == 204

    assert call(get_building, as_=colleague, path=path).json["owner"]["name"] == colleague.name


def test_a_deleted_users_granted_mandates_go_to_a_colleague(world, call):
    client, broker = world.client(), world.user(Role.BROKER)
    colleague = world.colleague(client)
    assert call(grant_mandate, as_=client, body={"broker_id": broker.id}).status == 201

    assert leave(call, client).status == 204

    [mandate] = call(list_mandates, as_=broker).json["data"]
    assert (mandate["status"], mandate["client"]["name"]) == ("ACTIVE", colleague.name)


@pytest.mark.parametrize("side", ["owner", "client"])
@pytest.mark.parametrize(
    ("until", "named"),
    [("bid", ["bids"]), ("hold", ["contracts", "bids"]), ("lease", ["contracts", "payments"])],
)
def test_a_user_with_obligations_and_no_colleague_cannot_be_deleted(world, call, side, until, named):
    if until == "bid":
        owner, client = world.owner(), world.client()
        call(place_bid, as_=client, body={"space_id": world.space(owner), "bid_amount": 9})
        leaver = {"owner": owner, "client": client}[side]
    else:
        deal = leased(world, call) if until == "lease" else Deal(world, call)
        leaver = getattr(deal, side)
    before = everything(world)

    reply = leave(call, leaver)

    # Somebody else's backup bid is the owner's to answer, until the lease is signed.
    expected = ["contracts"] if (until, side) == ("hold", "client") else named
    assert (reply.status, reply.code, reply.fields) == (409, "OBLIGATIONS_STAND", expected)
    after = everything(world)
    assert {table for table in before if after[table] != before[table]} == {"public.audit_logs"}
    assert refusal_of(leaver.token()) is None


@pytest.mark.parametrize("status", ["SUSPENDED", "gone"])
def test_a_suspended_colleague_takes_over_nothing(world, call, status):
    owner = world.owner()
    colleague = world.colleague(owner)
    change = "status = 'SUSPENDED'" if status == "SUSPENDED" else "deleted_at = now()"
    world.sql(f"UPDATE users SET {change} WHERE id = %(id)s", id=colleague.id)
    call(place_bid, as_=world.client(), body={"space_id": world.space(owner), "bid_amount": 9})

    assert leave(call, owner).code == "OBLIGATIONS_STAND"


def test_the_last_owner_cannot_leave_agents_behind_but_an_agent_may_leave(world, call):
    owner = world.owner()
    agent = world.colleague(owner, Role.AGENT)
    call(place_bid, as_=world.client(), body={"space_id": world.space(owner), "bid_amount": 9})

    assert leave(call, owner).fields == ["bids", "members"]
    assert leave(call, agent).status == 204


def test_of_two_colleagues_who_delete_their_accounts_at_once_one_stays(world, call):
    for _ in range(8):
        owner = world.owner()
        people = [owner, world.colleague(owner), world.colleague(owner)]
        call(place_bid, as_=world.client(), body={"space_id": world.space(owner), "bid_amount": 9})

        replies = together([lambda person=person: leave(call, person) for person in people])

        assert sorted(reply.status for reply in replies) == [204, 204, 409]


def test_spaces_without_a_remaining_owner_are_no_longer_listed(world, call):
    owner, client = world.owner(), world.client()
    space = world.space(owner, name="Suite Of Nobody")
    assert call(place_bid, as_=client, body={"space_id": space, "bid_amount": 9}).status == 201
    assert call(get_space, path={"space_id": space}).status == 200
    world.sql("UPDATE bids SET status = 'WITHDRAWN' WHERE space_id = %(id)s", id=space)

    assert leave(call, owner).status == 204

    assert call(place_bid, as_=client, body={"space_id": space, "bid_amount": 9}).status == 404
    assert call(get_space, path={"space_id": space}).status == 404
    assert world.sql(
        """SELECT bool_and(s.deleted_at IS NOT NULL AND b.deleted_at IS NOT NULL AND f.deleted_at IS NOT NULL
                           AND o.deleted_at IS NOT NULL) AS closed
           FROM spaces s JOIN floors f ON f.id = s.floor_id JOIN buildings b ON b.id = s.building_id
           JOIN organizations o ON o.id = s.owner_organization_id WHERE s.id = %(id)s""",
        id=space,
    ) == [{"closed": True}]


def test_a_bid_during_a_deletion_is_seen_or_comes_too_late(world, call):
    for _ in range(8):
        owner, client = world.owner(), world.client()
        space = world.space(owner)

        left, bid = together(
            [
                lambda owner=owner: leave(call, owner).status,
                lambda client=client, space=space: (
                    call(place_bid, as_=client, body={"space_id": space, "bid_amount": 9}).status
                ),
            ]
        )

        assert (left, bid) in ((204, 404), (409, 201))
