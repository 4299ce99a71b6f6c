"""An administrator takes the second factor off an account whose person has lost it."""

from functions.admin.remove_second_factor import remove_second_factor
from functions.auth.authorize import authorize
from functions.auth.close_sockets import close_sockets
from functions.auth.login import login
from functions.notifications.compose_mail import compose_mail
from shared.kit.catalog import Role
from tests.auth.authenticator import asked_for_a_code, protected
from tests.auth.mailbox import mails_to
from tests.call import other_id
from tests.world import PASSWORD


def test_after_removal_of_the_second_factor_the_password_signs_in_and_the_user_is_notified(world, call, invoke):
    user, admin = world.client(), world.user(Role.SUPER_ADMIN)
    protected(call, user)
    asked_for_a_code(call, user)

    reply = call(remove_second_factor, as_=admin, path={"user_id": user.id}, body={})

    assert (reply.status, reply.json["two_factor_enabled"]) == (200, False)
    token = f"Bearer {user.token()}"
    ended = authorize({"identitySource": [token], "headers": {"authorization": token}}, None)["context"]
    assert ended == {"refusal": "SESSION_ENDED"}
    assert "token" in call(login, body={"email": user.email, "password": PASSWORD}).json
    assert world.sql("SELECT code_hash FROM recovery_codes WHERE user_id = %(id)s", id=user.id) == []
    [event] = [one for one in world.event_details(user.id) if one["name"] == "user.second_factor_removed"]
    assert event["name"] in close_sockets.operation.hears
    assert invoke(compose_mail, event) == []
    [mail] = mails_to(user.email)
    assert "Two-factor authentication was removed" in mail["subject"]


def test_an_account_without_a_second_factor_is_refused(world, call):
    user, admin = world.client(), world.user(Role.SUPER_ADMIN)

    assert call(remove_second_factor, as_=admin, path={"user_id": user.id}, body={}).status == 409
    assert call(remove_second_factor, as_=admin, path={"user_id": other_id()}, body={}).status == 404


def test_an_administrator_cannot_remove_their_own_second_factor(world, call):
    admin = world.user(Role.SUPER_ADMIN)
    protected(call, admin)

    assert call(remove_second_factor, as_=admin, path={"user_id": admin.id}, body={}).status == 409
