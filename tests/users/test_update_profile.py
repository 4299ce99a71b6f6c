"""A person changes its own profile, and nobody else's."""

from typing import Any

import pytest

from functions.users.get_profile import get_profile
from functions.users.update_profile import update_profile
from tests.call import together

CERTIFICATE = {
    "name": "PMP Certification",
    "issuer": "PMI",
    "issue_date": "2022-03-01",
    "expiry_date": "2025-03-01",
}
WHOLE: dict[str, Any] = {
    "name": "John Doe",
    "phone": "+1-555-123-4567",
    "company": "ABC Construction Inc.",
    "title": "Senior Project Manager",
    "bio": "Experienced project manager with 15+ years in commercial construction.",
    "website": "https://abcconstruction.com",
    "linkedin": "https://linkedin.com/in/johndoe",
    "skills": ["Project Management", "Construction", "Safety Management", "LEED Certification"],
    "certifications": [CERTIFICATE],
    "notification_preferences": {"email": False, "sms": True, "push": False},
}


def test_an_updated_profile_is_returned_and_read_again(world, call):
    client = world.client()

    reply = call(update_profile, as_=client, body=WHOLE)

    assert reply.status == 200
    assert {name: reply.json[name] for name in WHOLE} == WHOLE
    assert call(get_profile, as_=client).json == reply.json


def test_only_the_given_fields_of_a_profile_change(world, call):
    client = world.client()
    before = call(update_profile, as_=client, body=WHOLE).json

    after = call(
        update_profile, as_=client, body={"title": "Director", "notification_preferences": {"email": True}}
    ).json

    told = {"email": True, "sms": True, "push": False}
    changes = {"title": "Director", "notification_preferences": told, "updated_at": after["updated_at"]}
    assert after == before | changes
    assert after["updated_at"] > before["updated_at"]


def test_null_clears_optional_fields_of_a_profile(world, call):
    client = world.client()
    fresh = call(get_profile, as_=client).json
    call(update_profile, as_=client, body=WHOLE)

    cleared = call(update_profile, as_=client, body=dict.fromkeys(WHOLE.keys() - {"name"})).json

    still = {"name": "John Doe", "updated_at": cleared["updated_at"]}
    assert cleared == fresh | still
    call(update_profile, as_=client, body={"notification_preferences": {"sms": True}})
    forgotten = call(update_profile, as_=client, body={"notification_preferences": {"sms": None}}).json
    assert forgotten["notification_preferences"] == fresh["notification_preferences"]


def test_a_profile_change_is_audited_without_personal_data(world, call):
    client = world.client()

    call(update_profile, as_=client, body=WHOLE)

    assert world.events(client.id) == ["user.updated"]
    [audit] = world.audits(client.id)
    assert audit["user_id"] == client.id
    assert audit["before"]["notification_preferences"] == {"email": True, "sms": False, "push": True}
    assert audit["after"]["notification_preferences"] == WHOLE["notification_preferences"]
    written = str(audit) + str(world.event_details(client.id))
    personal = ("phone", "bio", "website", "company")
    assert not [name for name in personal if WHOLE[name] in written]


@pytest.mark.parametrize("asked", [{}, {"skills": [], "phone": None}])
def test_a_profile_update_without_a_change_emits_nothing(world, call, asked):
    client = world.client()
    before = call(get_profile, as_=client).json

    assert call(update_profile, as_=client, body=asked).json == before
    assert world.events(client.id) == []


def test_two_concurrent_profile_changes_are_both_kept(world, call):
    client = world.client()
    fields = iter([{"title": "Director"}, {"company": "Doe Ltd"}, {"phone": "+1"}, {"bio": "x"}])

    together([lambda: call(update_profile, as_=client, body=next(fields))] * 4)

    told = call(get_profile, as_=client).json
    assert (told["title"], told["company"], told["phone"], told["bio"]) == ("Director", "Doe Ltd", "+1", "x")


def test_a_colleague_cannot_change_a_users_profile(world, call):
    client = world.client()
    colleague = world.colleague(client)

    call(update_profile, as_=colleague, body=WHOLE)

    assert call(get_profile, as_=client).json["name"] == client.name


@pytest.mark.parametrize(
    "name",
    ["id", "email", "role", "email_verified", "organization_id", "two_factor_enabled", "status", "password_hash"],
)
def test_a_profile_refuses_fields_that_users_cannot_change(world, call, name):
    client = world.client()

    reply = call(update_profile, as_=client, body={name: "SUPER_ADMIN", "title": "Director"})

    assert (reply.status, reply.fields) == (400, [name])
    assert world.events(client.id) == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"phone": ""}, "phone"),
        ({"phone": 5551234}, "phone"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"linkedin": "linkedin.com/in/johndoe"}, "linkedin"),
        ({"website": 'https://a.example/"onload="x'}, "website"),
        ({"bio": "x" * 2001}, "bio"),
        ({"bio": "\x00"}, "bio"),
        ({"skills": "Construction"}, "skills"),
        ({"skills": [""]}, "skills.0"),
        ({"skills": ["x"] * 51}, "skills"),
        ({"certifications": [{"issuer": "PMI"}]}, "certifications.0.name"),
        ({"certifications": [CERTIFICATE | {"issue_date": "2022-02-30"}]}, "certifications.0.issue_date"),
        ({"certifications": [CERTIFICATE, CERTIFICATE | {"expiry_date": "2022-02-28"}]},
         "certifications.1.expiry_date"),
        ({"notification_preferences": {"email": "yes"}}, "notification_preferences.email"),
        ({"notification_preferences": {"fax": True}}, "notification_preferences.fax"),
    ],
)  # fmt: skip
def test_invalid_fields_of_a_profile_are_refused(world, call, asked, field):
    client = world.client()

    reply = call(update_profile, as_=client, body=asked)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", [field])
    assert world.events(client.id) == []


def test_a_deleted_user_cannot_update_a_profile(world, call):
    client = world.client()
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=client.id)

    assert call(update_profile, as_=client, body=WHOLE).code == "SESSION_ENDED"
    assert world.events(client.id) == []


def test_text_of_a_profile_is_stored_unchanged(world, call):
    client = world.client()
    told = {"bio": "<b>bold</b> ‮ line\r\nbreak 😀", "name": 'O\'Brien \\ "Bob"'}

    assert call(update_profile, as_=client, body=told).json["bio"] == told["bio"]
    assert call(get_profile, as_=client).json["name"] == told["name"]


def test_a_language_is_chosen_and_taken_back(world, call):
    client = world.client()
    assert call(get_profile, as_=client).json["language"] == "en"

    assert call(update_profile, as_=client, body={"language": "fr"}).json["language"] == "fr"
    assert call(update_profile, as_=client, body={"title": "Director"}).json["language"] == "fr"
    assert call(update_profile, as_=client, body={"language": None}).json["language"] == "en"


@pytest.mark.parametrize("language", ["", "EN", "it", 7])
def test_a_language_that_nothing_is_written_in_is_refused(world, call, language):
    assert call(update_profile, as_=world.client(), body={"language": language}).fields == ["language"]
