"""A number is somebody's once they enter the code that was sent to it; devices go from one person to the next."""

import pytest

from functions.notifications.compose_mail import compose_mail
from functions.phones.confirm_phone import confirm_phone
from functions.phones.delete_device import delete_device
from functions.phones.register_device import register_device
from functions.phones.request_phone import request_phone
from functions.phones.send_code import send_code
from functions.users.delete_account import delete_account
from functions.users.update_profile import update_profile
from tests.auth.mailbox import mails
from tests.call import call, invoke, together

TOKEN = "a-device-token"


def ask(user, phone):
    return call(request_phone, as_=user, body={"phone": phone})


def confirm(user, code):
    return call(confirm_phone, as_=user, body={"code": code})


def device(user, token=TOKEN, platform="ANDROID"):
    return call(register_device, as_=user, body={"token": token, "platform": platform})


def test_a_phone_is_confirmed_by_the_code_that_was_sent_to_it(world, phones):
    client = world.client()

    asked = ask(client, "+1 (202) 555-0177")
    assert (asked.status, asked.json["phone"]) == (202, "+12025550177")
    code = phones.code(asked.json["id"], "+12025550177")
    reply = confirm(client, code)

    assert (reply.status, reply.json["phone"]) == (200, "+12025550177")
    assert phones.server.sent_to("+12025550177") == [
        (
            "sms",
            f"Your code is {code}. It is good for ten minutes. If you did not ask for it, ignore this message.",
        )
    ]
    assert world.events(asked.json["id"]) == ["phone.requested", "phone.confirmed"]
    assert confirm(client, code).code == "NO_PENDING_PHONE"


def test_whoever_confirmed_a_phone_is_told_by_mail(world, phones):
    client = world.client()
    phones.phone(client)
    mails()
    [event] = world.sql("SELECT object_id FROM outbox WHERE name = 'phone.confirmed' AND actor = %(id)s", id=client.id)

    assert invoke(compose_mail, world.event_details(event["object_id"])[-1]) == []

    [mail] = mails()
    assert (mail["to"], mail["subject"]) == (client.email, "A phone was confirmed for your account")


def test_a_code_is_sent_in_the_users_language(world, phones):
    client = world.client()
    call(update_profile, as_=client, body={"language": "de"})
    asked = ask(client, "+12025550178")
    invoke(send_code, *world.event_details(asked.json["id"]))
    phones.work()

    [(_, text)] = phones.server.sent_to("+12025550178")
    assert text.startswith("Ihr Code ist ")


@pytest.mark.parametrize(
    "phone",
    ["2025550177", "+1", "+15550000123", "+999999999999", "call me", "", "+1202555017712345678901", 12025550177],
)
def test_a_number_that_cannot_exist_is_refused(world, phone):
    reply = ask(world.client(), phone)

    assert (reply.status, reply.fields) == (400, ["phone"])


def test_five_wrong_codes_end_a_code(world, phones):
    client = world.client()
    asked = ask(client, "+12025550179")
    code = phones.code(asked.json["id"], "+12025550179")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"

    assert [confirm(client, wrong).code for _ in range(5)] == ["INVALID_CODE"] * 5

    assert confirm(client, code).code == "NO_PENDING_PHONE"
    again = ask(client, "+12025550179")
    assert confirm(client, phones.code(again.json["id"], "+12025550179")).status == 200


def test_of_many_codes_at_once_five_are_tried(world, phones):
    client = world.client()
    asked = ask(client, "+12025550180")
    code = phones.code(asked.json["id"], "+12025550180")
    wrong = [f"{(int(code) + number) % 1_000_000:06d}" for number in range(1, 13)]

    codes = [reply.code for reply in together([lambda code=code: confirm(client, code) for code in wrong])]

    assert sorted(codes) == ["INVALID_CODE"] * 5 + ["NO_PENDING_PHONE"] * 7


def test_a_code_is_good_for_ten_minutes_and_the_newest_alone(world, phones):
    client = world.client()
    first = ask(client, "+12025550181")
    old = phones.code(first.json["id"], "+12025550181")
    second = ask(client, "+12025550182")
    new = phones.code(second.json["id"], "+12025550182")
    assert confirm(client, old).code == ("INVALID_CODE" if old != new else None)

    world.sql("UPDATE phones SET expires_at = app.now() WHERE id = %(id)s", id=second.json["id"])

    assert confirm(client, new).code == "NO_PENDING_PHONE"
    assert invoke(send_code, *world.event_details(second.json["id"])[:1]) == [] and phones.waiting() == []


def test_a_confirmed_phone_stays_until_the_next_one_is_confirmed(world, phones):
    client = world.client()
    phones.phone(client, "+12025550183")
    numbers = "SELECT number FROM phones WHERE user_id = %(id)s AND confirmed_at IS NOT NULL"
    asked = ask(client, "+12025550184")
    assert [row["number"] for row in world.sql(numbers, id=client.id)] == ["+12025550183"]

    confirm(client, phones.code(asked.json["id"], "+12025550184"))

    assert [row["number"] for row in world.sql(numbers, id=client.id)] == ["+12025550184"]


def test_codes_are_limited_for_a_user_and_for_a_number(world, monkeypatch):
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")
    client, number = world.client(), "+12025550185"
    assert [ask(client, number).status for _ in range(6)] == [202] * 5 + [429]

    assert ask(client, "+12025550186").status == 429
    assert ask(world.client(), number).status == 429
    assert ask(world.client(), "+12025550186").status == 202


def test_the_code_stands_neither_in_the_database_nor_in_an_event(world, phones):
    client = world.client()
    asked = ask(client, "+12025550187")
    code = phones.code(asked.json["id"], "+12025550187")

    kept = [*world.sql("SELECT * FROM phones"), *world.event_details(asked.json["id"]), *world.audits(asked.json["id"])]

    assert all(
        code not in str({**row, "id": "", "created_at": "", "expires_at": ""}.get("payload", "")) for row in kept
    )
    assert all("+12025550187" not in str(event) for event in world.event_details(asked.json["id"]))


def test_a_device_is_the_last_persons_who_registered_it(world):
    first, second = world.client(), world.client()
    one = device(first)
    assert device(first).json["id"] == one.json["id"]

    other = device(second)

    assert (other.status, other.json["platform"]) == (201, "ANDROID")
    rows = world.sql("SELECT user_id, id::text FROM devices WHERE token = %(token)s", token=TOKEN)
    assert rows == [{"user_id": second.id, "id": other.json["id"]}]
    assert call(delete_device, as_=first, path={"device_id": other.json["id"]}).status == 404
    assert call(delete_device, as_=second, path={"device_id": other.json["id"]}).status == 204
    assert call(delete_device, as_=second, path={"device_id": other.json["id"]}).status == 404


def test_of_more_than_twenty_devices_the_oldest_is_forgotten(world):
    client = world.client()
    ids = [device(client, token=f"{client.id}-{number}").json["id"] for number in range(21)]

    left = world.sql("SELECT id::text AS id FROM devices WHERE user_id = %(id)s ORDER BY created_at", id=client.id)

    assert [row["id"] for row in left] == ids[1:]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"token": "", "platform": "IOS"}, "token"),
        ({"token": "two words", "platform": "IOS"}, "token"),
        ({"token": "x" * 4097, "platform": "IOS"}, "token"),
        ({"token": "x", "platform": "PAGER"}, "platform"),
        ({"token": "x"}, "platform"),
    ],
)
def test_an_invalid_device_is_refused_by_field(world, body, field):
    reply = call(register_device, as_=world.client(), body=body)

    assert (reply.status, reply.fields) == (400, [field])


def test_phone_and_devices_go_with_the_account(world, phones):
    client = world.client()
    phones.phone(client)
    device(client, token=str(client.id))

    assert call(delete_account, as_=client).status == 204

    for table in ("phones", "devices", "sent_notices"):
        assert world.sql(f"SELECT 1 FROM {table} WHERE user_id = %(id)s", id=client.id) == []


def test_the_profiles_phone_has_at_most_twenty_characters(world):
    reply = call(update_profile, as_=world.client(), body={"phone": "+1-202-555-0177-12345"})

    assert (reply.status, reply.fields) == (400, ["phone"])
