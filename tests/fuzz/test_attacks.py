"""Nothing that an owner, a client or a super admin sends breaks a promise of docs/openapi.json (quality 54).

Bounded for `make test`: an eighteenth of the coverage phase each, and few walks; `make fuzz` sends 10,000 to the
running platform. The seed is fixed, so the same requests go out each time, but for the ids in them.
"""

import math
from dataclasses import replace

import pytest

from functions.bids.place_bid import place_bid
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.notifications.list_notifications import list_notifications
from functions.notifications.notify_people import notify_people
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.invite_member import invite_member
from shared.auth import passwords
from shared.kit import secret
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.call import call, invoke
from tests.fuzz.attack import PHASES, Attacker, attack
from tests.fuzz.gateway import Gateway
from tests.leasing.deal import Deal

ATTACKERS = ("owner", "client", "super admin")
CASES = 2000
EXAMPLES, WALKS = 2, 6
SHARES = 18


@pytest.fixture(scope="module")
def gateway(environment):
    """The API, with bcrypt at its least: what passwords cost is measured elsewhere (D 49 to 52)."""
    with pytest.MonkeyPatch.context() as patch, Gateway() as running:
        patch.setattr(passwords, "COST", 4)
        patch.setattr(passwords, "_NOBODY", passwords._NOBODY.replace(b"$12$", b"$04$"))
        for name in ("DOCUSIGN_KEYS_SECRET_ARN", "OAUTH_SECRET_ARN", "ACCOUNTING_APPS_SECRET_ARN", "TWILIO_SECRET_ARN"):
            patch.setenv(name, "fuzz")
        patch.setitem(secret._kept, "fuzz", (math.inf, {"key": "nobody knows it"}))
        yield running


@pytest.fixture(scope="module")
def cast(_world):
    """The three who attack, each with the ids of one lease, one open bid and their surroundings."""
    deal = Deal(_world, call)
    deal.signed().run(schedule_payments, activate_contract)
    space = _world.space(deal.owner)
    bid = call(place_bid, as_=deal.client, body={"space_id": space, "bid_amount": 1}).json["id"]
    approved = [event for event in _world.event_details(deal.bid) if event["name"] == "bid.approved"]
    assert invoke(notify_people, *approved) == []
    [place] = _world.sql("SELECT floor_id, building_id FROM spaces WHERE id = %(id)s", id=deal.space)
    payments = _world.sql(
        "SELECT id FROM payments WHERE contract_id = %(id)s ORDER BY due_date LIMIT 3", id=deal.contract
    )
    broker = _world.user(Role.BROKER).id
    asked = {"email": "asked@example.com", "role": "FINANCIAL_OFFICER"}
    ids = {
        "broker_id": [broker],
        "mandate_id": [call(grant_mandate, as_=deal.client, body={"broker_id": broker}).json["id"]],
        "invitation_id": [call(invite_member, as_=side, body=asked).json["id"] for side in (deal.owner, deal.client)],
        "user_id": [_world.colleague(side, Role.FINANCIAL_OFFICER).id for side in (deal.owner, deal.client)],
        "bid_id": [bid, deal.bid],
        "space_id": [space, deal.space],
        "contract_id": [deal.contract],
        "payment_id": [row["id"] for row in payments],
        "building_id": [place["building_id"]],
        "floor_id": [place["floor_id"]],
        "notification_id": [call(list_notifications, as_=deal.client).json["data"][0]["id"]],
    }
    people = (deal.owner, deal.client, _world.user(Role.SUPER_ADMIN))
    # Somebody whom the administrator cannot leave alone: the attack would end with its account.
    _world.colleague(people[2], Role.AGENT)
    return {
        name: Attacker(
            name,
            lambda user=user: signed_in(_world, user),
            {name: [str(value) for value in values] for name, values in ids.items()},
            share=(number, SHARES),
        )
        for number, (name, user) in enumerate(zip(ATTACKERS, people, strict=True))
    }


def signed_in(world, user):
    """The token of a new session."""
    session = replace(user, session_id=new_id())
    world.sql(
        """INSERT INTO sessions (id, user_id, refresh_hash, expires_at)
           VALUES (%(id)s, %(user)s, %(hash)s, now() + interval '1 day')""",
        id=session.session_id,
        user=user.id,
        hash=new_id().hex,
    )
    return session.token()


# Hypothesis warns of values that it cannot print briefly.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("name", ATTACKERS)
def test_no_generated_request_breaks_the_apis_contract(name, gateway, cast):
    report = attack(cast[name], gateway.url, examples=EXAMPLES, walks=WALKS)

    assert not report.failures, "\n\n".join(f"{what}\n{shown}" for what, shown in report.failures.items())
    assert all(report.cases[phase] for phase in PHASES)
    assert report.total > CASES / len(ATTACKERS)
