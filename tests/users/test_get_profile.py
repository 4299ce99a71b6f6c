"""A person reads its own profile."""

from functions.users.get_profile import get_profile


def test_a_new_profile_is_empty(world, call):
    client = world.client()

    reply = call(get_profile, as_=client)

    assert reply.status == 200
    told = reply.json
    assert (told["id"], told["email"], told["name"]) == (str(client.id), client.email, client.name)
    assert (told["role"], told["organization_id"]) == ("CLIENT", str(client.organization_id))
    assert (told["email_verified"], told["two_factor_enabled"]) == (True, False)
    assert (told["skills"], told["certifications"], told["bio"]) == ([], [], None)
    assert told["notification_preferences"] == {"email": True, "sms": False, "push": True}
    assert reply.headers["etag"]


def test_a_deleted_user_has_no_profile(world, call):
    client = world.client()
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=client.id)

    assert call(get_profile, as_=client).code == "SESSION_ENDED"
