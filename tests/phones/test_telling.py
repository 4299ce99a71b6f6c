"""People hear of things on their phones: by the channels that they chose, each thing once, and nothing after STOP."""

import json
from types import SimpleNamespace

import boto3
import pytest

from functions.admin.make_announcement import make_announcement
from functions.imports.import_buildings import import_buildings
from functions.messages.block_user import block_user
from functions.messages.mark_conversation_read import mark_conversation_read
from functions.messages.send_message import send_message
from functions.notifications.notify_absent import notify_absent
from functions.notifications.release_held import release_held
from functions.notifications.tell_importers import tell_importers
from functions.notifications.tell_searchers import tell_searchers
from functions.organizations.remove_member import remove_member
from functions.payments.remind_payers import remind_payers
from functions.phones import send_push as push_worker
from functions.phones.record_messages import record_messages
from functions.phones.register_device import register_device
from functions.phones.send_push import send_push
from functions.phones.send_text import send_text
from functions.phones.tell_phones import tell_phones
from functions.search.save_search import save_search
from functions.spaces.create_space import create_space
from functions.users.update_profile import update_profile
from shared.kit import metrics
from shared.kit.catalog import Role
from shared.phones import provider, telling
from shared.phones.wording import REMINDER, numbered
from tests.auth.mailbox import mails
from tests.call import call, invoke, together
from tests.imports.files import events_of, imported
from tests.maintenance.tickets import House
from tests.phones.messaging import CALLBACK, CONTENT_SIDS, hand
from tests.phones.twilio_server import LOST, SMS_FROM, TOKEN, signed

NIGHT = {"from": "22:00", "to": "07:00", "timezone": "UTC"}
DUE_SOON = "2027-05-29T12:00:00Z"
"""Three days before an installment."""


@pytest.fixture
def world(calendar):
    """With a clock that stands still."""
    return calendar.world


@pytest.fixture
def lease(calendar):
    calendar.set("2027-01-15T12:00:00Z")
    lease = calendar.lease(start_date="2027-02-01", term_months=12)
    calendar.leases.clear()
    return lease


@pytest.fixture
def remind(calendar, world, lease):
    """Tells the client, so many times, that a payment is due soon; its event."""

    def remind(times=1, moment=DUE_SOON):
        calendar.set(moment)
        calendar.run(remind_payers)
        sql = """SELECT * FROM outbox WHERE name = 'payment.due_soon' AND payload ->> 'contract_id' = %(id)s
                 ORDER BY seq DESC LIMIT 1"""
        [row] = world.sql(sql, id=str(lease.contract))
        [event] = [one for one in world.event_details(row["object_id"]) if one["id"] == row["id"]]
        tell(event, times)
        return event

    def tell(event, times=1):
        for _ in range(times):
            assert invoke(tell_phones, event) == []

    remind.tell = tell
    mails()
    return remind


def counted(monkeypatch):
    """The metrics that are counted from now on."""
    found = []
    count = metrics.count
    monkeypatch.setattr(
        metrics, "count", lambda name, *given, **named: (found.append((name, named)), count(name, *given, **named))
    )
    return found


def mailed(user):
    return [mail for mail in mails() if mail["to"] == user.email]


def text_of(world, lease, event):
    [space] = world.sql("SELECT name FROM spaces WHERE id = %(id)s", id=lease.space)
    url = f"http://localhost:3000/payments/{event['object_id']}"
    values = [lease.client.name, "5,000.00", space["name"], "1 June 2027", url]
    text = numbered(REMINDER)
    for number, value in enumerate(values, 1):
        text = text.replace(f"{{{{{number}}}}}", value)
    return text


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_a_reminder_says_what_source_000_says_word_for_word(world, phones, lease, remind, channel):
    number = phones.phone(lease.client, **{channel: True})

    event = remind()
    phones.work()

    assert phones.server.sent_to(number)[1:] == [(channel, text_of(world, lease, event))]
    assert text_of(world, lease, event).endswith("Thank you!")


def test_everything_that_is_delivered_five_times_is_heard_once_by_each_channel(world, phones, lease, remind):
    number = phones.phone(lease.client, sms=True, whatsapp=True)

    event = remind(times=5)
    waiting = phones.waiting()
    world.sql("DELETE FROM inbox WHERE event_id = %(id)s", id=event["id"])
    remind.tell(event, times=5)

    assert len(waiting) == 2 and phones.waiting() == []
    for worker, body in waiting:
        assert not hand(worker, body)
        for receives in (2, 3, 4, 5):
            assert not hand(worker, body, receives)
    reports = phones.bus.heard()
    assert invoke(record_messages, *[report for report in reports for _ in range(5)]) == []
    assert sorted(channel for channel, _ in phones.server.sent_to(number)[1:]) == ["sms", "whatsapp"]
    rows = world.sql(
        "SELECT channel, status FROM sent_notices WHERE event_id = %(id)s ORDER BY channel", id=event["id"]
    )
    assert rows == [{"channel": "sms", "status": "SENT"}, {"channel": "whatsapp", "status": "SENT"}]


def test_nothing_goes_to_a_number_that_is_not_confirmed(world, phones, lease, remind):
    from functions.phones.request_phone import request_phone

    phones.choose(lease.client, kinds={"payment_event": {"sms": True, "whatsapp": True}})
    assert call(request_phone, as_=lease.client, body={"phone": "+12025559990"}).status == 202

    remind()

    assert phones.waiting() == []


def test_beyond_the_days_whatsapp_messages_it_is_sms_and_then_mail(world, phones, lease, remind, monkeypatch):
    monkeypatch.setenv("WHATSAPP_A_DAY", "1")
    monkeypatch.setenv("SMS_A_DAY", "1")
    people = [lease.client, *(world.colleague(lease.client) for _ in range(2))]
    numbers = [phones.phone(user, whatsapp=True, email=False) for user in people]
    phones.work()
    seen = counted(monkeypatch)

    remind(times=2)
    phones.work()

    assert sorted(channel for number in numbers for channel, _ in phones.server.sent_to(number)[1:]) == [
        "sms",
        "whatsapp",
    ]
    [mail] = mails()
    assert mail["to"] in {user.email for user in people} and "because your phone could not be reached" in mail["text"]
    assert "Your payment of $5,000.00" in mail["text"]
    assert [named["channel"] for name, named in seen if name == "Rerouted"] == ["whatsapp", "whatsapp", "sms"]
    sent = world.sql("SELECT channel, sent FROM daily_sends WHERE day = app.today('UTC') ORDER BY channel")
    assert sent == [{"channel": "sms", "sent": 1}, {"channel": "whatsapp", "sent": 1}]


def test_the_limit_is_a_days(calendar, phones, lease, remind, monkeypatch):
    monkeypatch.setenv("WHATSAPP_A_DAY", "1")
    number = phones.phone(lease.client, whatsapp=True)
    for moment in (DUE_SOON, "2027-06-28T12:00:00Z"):
        remind(moment=moment)
        phones.work()

    assert [channel for channel, _ in phones.server.sent_to(number)[1:]] == ["whatsapp", "whatsapp"]


def test_of_many_messages_at_once_no_more_than_the_limit_goes(world, phones, lease, remind, monkeypatch):
    monkeypatch.setenv("WHATSAPP_A_DAY", "3")
    for user in (lease.client, *(world.colleague(lease.client) for _ in range(5))):
        phones.phone(user, whatsapp=True)
    event = remind(times=0)

    together([lambda: invoke(tell_phones, event)] * 4)
    phones.work()

    channels = [("whatsapp" if message.to.startswith("whatsapp") else "sms") for message in phones.server.messages[6:]]
    assert (channels.count("whatsapp"), channels.count("sms")) == (3, 3)


def test_somebody_who_chose_both_hears_once_by_sms_when_whatsapp_is_full(phones, lease, remind, monkeypatch):
    monkeypatch.setenv("WHATSAPP_A_DAY", "0")
    number = phones.phone(lease.client, whatsapp=True, sms=True)

    remind()
    phones.work()

    assert [channel for channel, _ in phones.server.sent_to(number)[1:]] == ["sms"]
    assert mailed(lease.client) == []


def test_stop_ends_it_and_start_resumes_it(calendar, world, phones, lease, remind):
    number = phones.phone(lease.client, sms=True, whatsapp=True)
    for word in ("please stop", "Stop", " stop "):
        phones.say(number, word, whatsapp=True)

    remind(times=2)
    assert phones.waiting() == [] and mailed(lease.client) == []

    phones.say(number, "start", whatsapp=True)
    remind(moment="2027-06-28T12:00:00Z")
    phones.work()

    assert len(phones.server.sent_to(number)) == 3
    words = world.sql("SELECT word FROM phone_replies WHERE number = %(number)s ORDER BY created_at", number=number)
    assert [row["word"] for row in words] == ["STOP", "STOP", "START"]


def test_a_stop_that_comes_again_after_start_changes_nothing(phones, lease, remind):
    number = phones.phone(lease.client, sms=True)
    stop = phones.say(number, "STOP")
    phones.say(number, "START")
    for _ in range(5):
        assert phones.post(stop).status == 204

    remind()
    phones.work()

    assert len(phones.server.sent_to(number)) == 2


def test_a_number_that_sent_stop_gets_no_code(world, phones):
    from functions.phones.request_phone import request_phone

    number = phones.number()
    phones.say(number, "UNSUBSCRIBE")

    reply = call(request_phone, as_=world.client(), body={"phone": number})

    assert (reply.status, reply.code) == (409, "NUMBER_STOPPED")


def test_a_number_that_is_blocked_at_twilio_counts_as_one_that_sent_stop(world, phones, lease, remind):
    number = phones.phone(lease.client, sms=True, email=False)
    phones.server.said(number, "STOP")

    remind()
    phones.work()

    assert world.sql("SELECT word FROM phone_replies WHERE number = %(number)s", number=number) == [{"word": "STOP"}]
    assert len(phones.server.sent_to(number)) == 1 and mailed(lease.client) == []


def test_quiet_hours_hold_every_channel_and_release_it_there_once(calendar, world, phones, lease, remind, devices):
    number = phones.phone(lease.client, sms=True, whatsapp=True, push=True)
    devices.add(lease.client)
    phones.choose(lease.client, quiet_hours=NIGHT, kinds={"payment_event": {"email": False}})
    remind(times=3, moment="2027-05-29T23:00:00Z")
    release_held({}, None)
    assert phones.waiting() == []

    calendar.set("2027-05-30T07:00:00Z")
    for _ in range(3):
        release_held({}, None)
    phones.work()

    assert sorted(channel for channel, _ in phones.server.sent_to(number)[1:]) == ["sms", "whatsapp"]
    assert len(devices.shown()) == 1 and mailed(lease.client) == []
    assert world.sql("SELECT 1 FROM held_notices") == []


def test_what_is_held_is_obeyed_as_it_stands_when_it_is_released(calendar, world, phones, lease, remind):
    colleague, gone = world.colleague(lease.client), world.colleague(lease.client)
    stopped, silent, removed = (phones.phone(user, sms=True) for user in (lease.client, colleague, gone))
    for user in (lease.client, colleague, gone):
        phones.choose(user, quiet_hours=NIGHT)
    remind(moment="2027-05-29T23:00:00Z")
    phones.say(stopped, "STOP")
    phones.choose(colleague, kinds={"payment_event": {"sms": False}})
    assert call(remove_member, as_=lease.client, path={"user_id": gone.id}).status == 204

    calendar.set("2027-05-30T07:00:00Z")
    release_held({}, None)

    assert phones.waiting() == [] and world.sql("SELECT 1 FROM held_notices") == []
    assert [len(phones.server.sent_to(number)) for number in (stopped, silent, removed)] == [1, 1, 1]


def test_news_of_the_accounts_security_passes_quiet_hours(calendar, world, phones, lease):
    client = lease.client
    number = phones.phone(client)
    phones.choose(client, quiet_hours=NIGHT, kinds={"security": {"sms": True}})
    calendar.set("2027-05-29T23:00:00Z")
    event = {
        "id": "01a22e21-7516-79d4-95a5-5c2fc5fba545",
        "name": "user.second_factor_enabled",
        "object_id": client.id,
        "data": {},
        "correlation_id": "c",
        "actor": client.id,
        "occurred_at": "2027-05-29T23:00:00Z",
    }

    assert invoke(tell_phones, event) == []
    phones.work()

    [_, (channel, text)] = phones.server.sent_to(number)
    assert channel == "sms" and text.startswith("News for you: ")


def test_a_message_that_whatsapp_does_not_deliver_goes_by_sms_and_then_by_mail(world, phones, lease, remind):
    number = phones.phone(lease.client, whatsapp=True, email=False)
    remind()
    phones.work()
    phones.status(phones.server.messages[-1], "sent")
    phones.status(phones.server.messages[-1], "undelivered", 63049)
    assert [channel for channel, _ in phones.server.sent_to(number)[1:]] == ["whatsapp", "sms"]
    assert mailed(lease.client) == []

    for _ in range(5):
        phones.status(phones.server.messages[-1], "failed", 30003)

    assert len(mailed(lease.client)) == 1 and len(phones.server.sent_to(number)) == 3


def test_a_report_that_comes_late_changes_nothing(world, phones, lease, remind):
    phones.phone(lease.client, sms=True)
    event = remind()
    phones.work()
    message = phones.server.messages[-1]
    for status in ("delivered", "sent", "undelivered"):
        phones.status(message, status)

    rows = world.sql("SELECT status, sid FROM sent_notices WHERE event_id = %(id)s", id=event["id"])
    assert rows == [{"status": "DELIVERED", "sid": message.sid}]


def test_a_template_that_is_not_approved_yet_goes_by_sms(phones, lease, remind, keep):
    keep("TWILIO_SECRET_ARN", phones.server.account({}))
    number = phones.phone(lease.client, whatsapp=True)
    remind()
    phones.work()
    phones.work()

    assert [channel for channel, _ in phones.server.sent_to(number)[1:]] == ["sms"]


def test_other_languages_and_currencies_have_templates_of_their_own(world, phones, lease, remind, keep):
    keep("TWILIO_SECRET_ARN", phones.server.account(CONTENT_SIDS | {"payment_reminder.de": CONTENT_SIDS["news.en"]}))
    call(update_profile, as_=lease.client, body={"language": "de"})
    number = phones.number()
    phones.phone(world.colleague(lease.client))
    phones.choose(lease.client, kinds={"payment_event": {"sms": True}})
    world.sql(
        """INSERT INTO phones (id, user_id, number, expires_at, confirmed_at)
           VALUES (gen_random_uuid(), %(id)s, %(number)s, now(), now())""",
        id=lease.client.id,
        number=number,
    )

    remind()
    phones.work()

    [(_, text)] = phones.server.sent_to(number)
    assert text.startswith(
        f"Hallo {lease.client.name},\n\nIhre Zahlung von 5.000,00\u00a0USD für ".replace("\u00a0", " ")
    )


def test_a_saved_search_and_an_announcement_are_heard_once_on_the_phone(world, calendar, phones, lease):
    client = lease.client
    number = phones.phone(client)
    kinds = ("saved_search", "announcement")
    phones.choose(client, kinds=dict.fromkeys(kinds, {"sms": True, "in_app": False}), quiet_hours=NIGHT)
    calendar.set("2027-05-29T23:00:00Z")
    building = world.building(lease.owner)
    search = {"name": "Near work", "criteria": {"building_id": str(building)}}
    assert call(save_search, as_=client, body=search).status == 201
    suite = {"name": "Loft", "gross_sqft": 10, "usable_sqft": 10, "usage_type": "OFFICE"}
    space = call(create_space, as_=lease.owner, body=suite | {"floor_id": world.floor(building)}).json["id"]
    made = call(make_announcement, as_=world.user(Role.SUPER_ADMIN), body={"title": "Closed", "body": "On Sunday."})
    for _ in range(5):
        assert invoke(tell_searchers, *world.event_details(space)) == []
        assert invoke(notify_absent, *world.event_details(made.json["id"])) == []
    assert phones.waiting() == []

    calendar.set("2027-05-30T07:00:00Z")
    for _ in range(2):
        release_held({}, None)
    phones.work()

    texts = sorted(text.splitlines()[0] for _, text in phones.server.sent_to(number)[1:])
    assert [text.partition(": ")[2][:9] for text in texts] == ["Closed. O", "New Match"]


def test_the_end_of_an_import_is_heard_once_on_the_phone(world, phones):
    owner = world.owner()
    number = phones.phone(owner)
    phones.choose(owner, kinds={"import_update": {"sms": True}})
    done = imported(world, import_buildings, owner, b"a,b\r\n1,2\r\n")
    [event] = events_of(world, done["id"], "import.ended")

    for _ in range(5):
        assert invoke(tell_importers, event) == []
    phones.work()

    [_, (channel, text)] = phones.server.sent_to(number)
    assert channel == "sms" and "The file portfolio.csv could not be imported." in text


def test_a_message_is_heard_once_by_those_who_have_not_read_it(world, phones):
    sender = world.client()
    reader, quick, blocker = (world.colleague(sender) for _ in range(3))
    numbers = [phones.phone(user) for user in (reader, quick, blocker)]
    for user in (sender, reader, quick, blocker):
        phones.choose(user, kinds={"message": {"sms": True}})
    assert call(block_user, as_=blocker, path={"user_id": sender.id}, body={}).status == 200
    sent = []
    for user in (reader, quick):
        body = {"receiver_id": user.id, "content": "The keys\nare ready."}
        sent.append(call(send_message, as_=sender, body=body).json)
    read = {"up_to_message_id": sent[1]["message_id"]}
    path = {"conversation_id": sent[1]["conversation_id"]}
    assert call(mark_conversation_read, as_=quick, path=path, body=read).status == 200
    for one in sent * 3:
        [event] = [one for one in world.event_details(one["conversation_id"]) if one["name"] == "conversation.written"]
        assert invoke(tell_phones, event) == []
    phones.work()

    texts = [[text for _, text in phones.server.sent_to(number)[1:]] for number in numbers]
    assert [len(found) for found in texts] == [1, 0, 0]
    assert texts[0][0].startswith(f"News for you: {sender.name}. The keys are ready.")


def test_a_ticket_is_heard_on_the_phone_by_those_whom_it_concerns(world, phones):
    house = House(world)
    contractor, stranger = house.contractor(), world.colleague(house.client)
    numbers = [phones.phone(user) for user in (house.owner, house.client, contractor, stranger)]
    for user in (house.owner, house.client, contractor, stranger):
        phones.choose(user, kinds={"maintenance": {"sms": True}})
    ticket = house.report()
    house.assign(ticket, contractor)

    for event in world.event_details(ticket["id"]):
        for _ in range(5):
            assert invoke(tell_phones, event) == []
    phones.work()

    texts = [[text for _, text in phones.server.sent_to(number)[1:]] for number in numbers]
    assert [len(found) for found in texts] == [1, 1, 1, 0]
    assert all("Broken lift" in found[0] for found in texts[:3])


# --- bad days -------------------------------------------------------------------------------------


def test_a_worker_killed_between_sending_and_recording_sends_nothing_twice(world, phones, lease, remind, monkeypatch):
    number = phones.phone(lease.client, sms=True, whatsapp=True)
    event = remind()
    [first, second] = phones.waiting()

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("functions.phones.send_text.report", die)
        for worker, body in (first, second):
            with pytest.raises(Killed):
                hand(worker, body)
    for worker, body in (first, second):
        assert not hand(worker, body, receives=2)
    assert invoke(record_messages, *phones.bus.heard()) == []

    assert len(phones.server.sent_to(number)) == 3
    rows = world.sql("SELECT status FROM sent_notices WHERE event_id = %(id)s", id=event["id"])
    assert [row["status"] for row in rows] == ["SENT", "SENT"]


def test_what_twilio_reports_is_known_though_the_worker_died(world, phones, lease, remind, monkeypatch):
    phones.phone(lease.client, sms=True)
    event = remind()
    [(worker, body)] = phones.waiting()
    monkeypatch.setattr("functions.phones.send_text.report", lambda *_, **__: None)
    hand(worker, body)

    phones.status(phones.server.messages[-1], "delivered")

    rows = world.sql("SELECT status FROM sent_notices WHERE event_id = %(id)s", id=event["id"])
    assert [row["status"] for row in rows] == ["DELIVERED"]


def test_a_consumer_killed_after_queueing_queues_nothing_twice(world, phones, lease, remind, monkeypatch):
    phones.phone(lease.client, sms=True)
    event = remind(times=0)
    queue = telling.messages.queue_text

    def queue_and_fail(*given, **named):
        queue(*given, **named)
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(telling.messages, "queue_text", queue_and_fail)
        assert invoke(tell_phones, event) != []
    remind.tell(event, times=3)

    assert len(phones.waiting()) == 1


def test_an_answer_that_is_lost_is_looked_for_before_it_is_sent_again(phones, lease, remind, pauses):
    number = phones.phone(lease.client, sms=True)
    remind()
    phones.server.fails = [LOST, LOST]

    assert phones.work() == []

    assert len(phones.server.sent_to(number)) == 2
    assert pauses == [1, 2]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_provider_that_has_no_time_is_asked_four_times_and_then_given_up(
    world, phones, lease, remind, pauses, status
):
    number = phones.phone(lease.client, sms=True)
    event = remind()
    phones.server.fails = [status] * 100
    phones.server.calls.clear()

    [body] = phones.work()

    assert pauses == [1, 2, 4] and len(phones.server.calls) == 4
    phones.server.fails = []
    assert hand(send_text, body | {"queued_at": "2020-01-01T00:00:00Z"}) is False
    assert invoke(record_messages, *phones.bus.heard()) == []
    phones.work()
    assert len(phones.server.sent_to(number)) == 2
    rows = world.sql("SELECT status FROM sent_notices WHERE event_id = %(id)s", id=event["id"])
    assert [row["status"] for row in rows] == ["SENT"]


def test_a_provider_that_is_down_or_slow_is_given_up_in_time(phones, lease, remind, pauses, monkeypatch):
    phones.phone(lease.client, sms=True)
    monkeypatch.setattr(provider, "SECONDS", 0.2)
    remind()
    phones.server.slow = 1.0

    [body] = phones.work()
    phones.server.slow = 0.0
    phones.server.close()

    assert pauses == [1, 2, 4]
    assert hand(send_text, body) is True


def test_a_message_from_the_dead_letters_does_not_reach_whoever_has_sent_stop(world, phones, lease, remind, pauses):
    number = phones.phone(lease.client, sms=True)
    event = remind()
    phones.server.fails = [500] * 4
    [body] = phones.work()
    phones.say(number, "STOP")
    phones.server.stopped.clear()

    assert hand(send_text, body | {"queued_at": "2020-01-01T00:00:00Z"}) is False
    assert invoke(record_messages, *phones.bus.heard()) == []
    phones.work()

    assert len(phones.server.sent_to(number)) == 1
    assert world.sql("SELECT 1 FROM sent_notices WHERE event_id = %(id)s", id=event["id"]) == []


@pytest.mark.parametrize("case", ["none", "other token", "other form", "other address", "no account"])
def test_a_forged_message_is_refused_and_changes_nothing(world, phones, keep, case):
    number = phones.number()
    form = phones.server.said(number, "STOP")
    headers = {
        "none": {},
        "other token": signed(CALLBACK, form, TOKEN + "x"),
        "other form": signed(CALLBACK, form | {"Body": "Hello"}),
        "other address": signed(CALLBACK + "?notice=1", form),
        "no account": signed(CALLBACK, form, "None"),
    }[case]
    if case == "no account":
        keep("TWILIO_SECRET_ARN", {"nobody": "None"})

    from urllib.parse import urlencode

    from functions.phones.receive_twilio import receive_twilio

    reply = call(receive_twilio, body=urlencode(form), headers=headers)

    assert (reply.status, reply.code) == (401, "FORGED_MESSAGE")
    assert world.sql("SELECT 1 FROM phone_replies WHERE number = %(number)s", number=number) == []


def test_while_the_token_changes_both_sign(world, phones, keep):
    account = phones.server.account({})
    keep("TWILIO_SECRET_ARN", account | {"auth_token": "another", "next_auth_token": TOKEN})
    number = phones.number()

    phones.say(number, "STOP")

    assert len(world.sql("SELECT 1 FROM phone_replies WHERE number = %(number)s", number=number)) == 1


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"MessageSid": "SM1", "From": SMS_FROM, "Body": "How are you?"},
        {"MessageSid": "SM1", "MessageStatus": "queued"},
        {"MessageSid": "SM1", "MessageStatus": "delivered"},
        {"MessageSid": "S" * 65, "From": SMS_FROM, "Body": "STOP"},
        {"MessageSid": "SM1", "From": "+" + "1" * 30, "Body": "STOP"},
        {"MessageSid": "SM1", "From": "\x00", "Body": "STOP"},
    ],
)
def test_what_does_not_concern_us_is_accepted_and_changes_nothing(world, phones, form):
    before = world.sql("SELECT count(*) AS n FROM phone_replies")

    assert phones.post(form).status == 204

    assert world.sql("SELECT count(*) AS n FROM phone_replies") == before


# --- devices --------------------------------------------------------------------------------------


@pytest.fixture
def devices(keep):
    sns = boto3.client("sns")
    made = sns.create_platform_application(Name="app", Platform="GCM", Attributes={"PlatformCredential": "key"})
    keep("PUSH_APPS_SECRET_ARN", {"ANDROID": made["PlatformApplicationArn"]})

    class Devices:
        def add(self, user, token="a-token"):  # noqa: S107
            body = {"token": token, "platform": "ANDROID"}
            self.id = call(register_device, as_=user, body=body).json["id"]

        def endpoint(self):
            found = sns.list_endpoints_by_platform_application(PlatformApplicationArn=made["PlatformApplicationArn"])
            return found["Endpoints"][0]["EndpointArn"] if found["Endpoints"] else None

        def shown(self):
            from moto.core import DEFAULT_ACCOUNT_ID
            from moto.sns.models import sns_backends

            endpoints = sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].platform_endpoints
            return [json.loads(text) for one in endpoints.values() for text in one.messages.values()]

    found = Devices()
    yield found
    for endpoint in [found.endpoint()]:
        if endpoint:
            sns.delete_endpoint(EndpointArn=endpoint)
    sns.delete_platform_application(PlatformApplicationArn=made["PlatformApplicationArn"])


def test_a_push_notification_appears_on_each_device(world, phones, lease, remind, devices):
    devices.add(lease.client)

    event = remind(times=5)
    phones.work()

    [shown] = devices.shown()
    message = json.loads(shown["GCM"])["fcmV1Message"]["message"]
    assert message["notification"]["title"] == "Payment Due Soon"
    assert message["notification"]["body"].startswith("Your payment of $5,000.00 for ")
    assert message["data"] == {"url": f"http://localhost:3000/payments/{event['object_id']}"}


def test_a_dead_token_is_forgotten(world, phones, lease, remind, devices):
    devices.add(lease.client)
    remind()
    phones.work()
    boto3.client("sns").set_endpoint_attributes(EndpointArn=devices.endpoint(), Attributes={"Enabled": "false"})

    remind(moment="2027-06-28T12:00:00Z")
    phones.work()

    assert world.sql("SELECT 1 FROM devices WHERE id = %(id)s", id=devices.id) == [] and devices.endpoint() is None


def test_a_platform_that_nobody_has_registered_with_is_no_error(world, phones, lease, remind, keep):
    keep("PUSH_APPS_SECRET_ARN", {"nobody": "x"})
    call(register_device, as_=lease.client, body={"token": "x", "platform": "IOS"})
    event = remind()

    assert phones.work() == []

    rows = world.sql("SELECT status, error_code FROM sent_notices WHERE event_id = %(id)s", id=event["id"])
    assert rows == [{"status": "FAILED", "error_code": "NOT_CONFIGURED"}]


def test_sns_that_does_not_answer_is_asked_four_times(world, phones, lease, remind, devices, keep, monkeypatch):
    devices.add(lease.client)
    remind()
    [(worker, body)] = phones.waiting()
    slept = []
    monkeypatch.setattr(push_worker, "time", SimpleNamespace(sleep=slept.append))
    keep("PUSH_APPS_SECRET_ARN", {"ANDROID": "arn:aws:sns:us-east-1:123456789012:app/GCM/none"})

    assert worker is send_push and hand(worker, body) is True

    assert slept == [1, 2, 4]
    assert len(world.sql("SELECT 1 FROM devices WHERE id = %(id)s", id=devices.id)) == 1
