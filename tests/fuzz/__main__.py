"""`make fuzz`: 10,000 requests by three users at the running platform, processes and all, with a fixed seed.

Prints what was sent in each phase, what broke a promise of docs/openapi.json, and whether the database still keeps
those of tests/invariants.py.
"""

import sys
import time

import psycopg

from local.platform import Platform
from tests import invariants
from tests.fuzz.attack import Attacker, Report, attack
from tests.journeys.client import API, PASSWORD, Person, send
from tests.journeys.deals import Deal, new_space, place_bid

EXAMPLES, WALKS = 30, 120
SHARES = 3
ON_ITS_WAY = 60.0


def main() -> int:
    """The exit status: 1 where a promise was broken."""
    with Platform(rate_limit_scale=1_000_000) as platform:
        reports = [_attacked(attacker, platform) for attacker in _cast(platform)]
        broken = _settled(platform.database_url)
    failures = {what: shown for report in reports for what, shown in report.failures.items()}
    for what, shown in failures.items():
        print(f"\n{what}\n{shown}")
    for what, rows in broken.items():
        print(f"\nThe database breaks a promise: {what}\n{rows}")
    print(f"\n{sum(report.total for report in reports)} requests, {len(failures)} failures")
    return 1 if failures or broken else 0


def _attacked(attacker: Attacker, platform: Platform) -> Report:
    report = attack(attacker, platform.url, examples=EXAMPLES, walks=WALKS)
    print(f"{attacker.name}: {report}", flush=True)
    return report


def _cast(platform: Platform) -> list[Attacker]:
    owner, client, admin, broker = (Person(platform, role) for role in ("OWNER", "CLIENT", "OWNER", "BROKER"))
    # Whom they may remove or suspend; and the administrator, not being alone, cannot end its own account.
    members = [Person(platform, "OWNER") for _ in range(3)]
    with psycopg.connect(platform.database_url) as connection:
        connection.execute("UPDATE users SET role = 'SUPER_ADMIN' WHERE id = %s", [admin.id])
        for member, side in zip(members, (owner, client, admin), strict=True):
            connection.execute(
                "UPDATE users SET role = 'FINANCIAL_OFFICER', organization_id = (SELECT organization_id FROM users"
                " WHERE id = %s) WHERE id = %s",
                [side.id, member.id],
            )
    deal = Deal(owner, client)
    deal.conclude()
    space = new_space(owner)
    asked = {"email": "asked@example.com", "role": "FINANCIAL_OFFICER"}
    ids = {
        "broker_id": [broker.id],
        "mandate_id": [client.do("POST", "/mandates", broker_id=broker.id)["id"]],
        "user_id": [member.id for member in members[:2]],
        "invitation_id": [side.do("POST", "/organizations/me/invitations", **asked)["id"] for side in (owner, client)],
        "bid_id": [place_bid(client, space)["id"], deal.bid["id"]],
        "space_id": [space["id"], deal.space["id"]],
        "contract_id": [deal.contract_id],
        "payment_id": [payment["id"] for payment in deal.payments()[:3]],
        "building_id": [deal.space["building_id"]],
        "floor_id": [deal.space["floor_id"]],
        "notification_id": [client.get("/notifications")["data"][0]["id"]],
    }
    return [
        Attacker(name, lambda person=person: _signed_in(person), ids, share=(number, SHARES))  # type: ignore[misc]
        for number, (name, person) in enumerate((("owner", owner), ("client", client), ("super admin", admin)))
    ]


def _signed_in(person: Person) -> str:
    """The token of a new session."""
    # Addresses that answers tell are guessed at, too, until they are locked.
    with psycopg.connect(person.platform.database_url) as connection:
        connection.execute("DELETE FROM login_attempts")
    credentials = {"email": person.email, "password": PASSWORD}
    answer = send(person.platform.url, "POST", f"{API}/auth/login", credentials)
    assert answer.status == 200, answer.body
    return str(answer.json["token"])


def _settled(database_url: str) -> dict[str, list[dict[str, object]]]:
    """The promises that the database breaks once what is on its way has arrived."""
    deadline = time.monotonic() + ON_ITS_WAY
    while (broken := invariants.broken(database_url)) and time.monotonic() < deadline:
        time.sleep(1)
    return broken


if __name__ == "__main__":
    sys.exit(main())
