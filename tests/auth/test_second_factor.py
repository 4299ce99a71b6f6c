"""A second factor: set up, enabled, asked for, given up; no code is good twice (quality 53)."""

import base64
import io
from collections.abc import Iterator
from typing import Any

import pytest

from functions.auth.confirm_password_reset import confirm_password_reset
from functions.auth.disable_second_factor import disable_second_factor
from functions.auth.enable_second_factor import enable_second_factor
from functions.auth.login import login
from functions.auth.set_up_second_factor import set_up_second_factor
from functions.auth.verify_second_factor import verify_second_factor
from functions.users.get_profile import get_profile
from shared.auth import opaque, second_factor
from shared.auth.models import SignedIn
from shared.kit import tokens
from shared.kit.ids import new_id
from tests.auth.authenticator import App, asked_for_a_code, protected, set_up, stopped_clock
from tests.call import together
from tests.world import PASSWORD


@pytest.fixture(autouse=True)
def _stopped_clock() -> Iterator[None]:
    with stopped_clock():
        yield


def verify(call: Any, token: str, **given: str) -> Any:
    return call(verify_second_factor, body={"mfa_token": token, **given})


def sessions_of(world: Any, user: Any) -> int:
    [row] = world.sql("SELECT count(*) AS n FROM sessions WHERE user_id = %(id)s", id=user.id)
    return int(row["n"])


def test_setting_up_the_second_factor_returns_what_an_app_needs(world, call):
    client = world.client()

    reply = call(set_up_second_factor, as_=client, body={})

    app = App(reply.json["otpauth_uri"])
    assert (reply.status, app.parts.scheme, app.parts.netloc) == (200, "otpauth", "totp")
    assert app.asked == {"secret": reply.json["secret"], "issuer": "Leasing platform"}
    assert len(base64.b32decode(app.asked["secret"])) == 20
    assert app.parts.path.endswith(client.email.replace("@", "%40"))
    assert base64.b64decode(reply.json["qr_png"]).startswith(b"\x89PNG\r\n\x1a\n")
    assert world.events(client.id)[-1] == "user.second_factor_set_up"
    # Only set up: signing in is as before.
    assert "token" in call(login, body={"email": client.email, "password": PASSWORD}).json


def test_the_qr_code_contains_the_uri():
    import segno

    address = "otpauth://totp/X:a%40example.com?secret=ABC&issuer=X"
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=6, border=4)

    assert base64.b64decode(second_factor.picture_of(address)) == out.getvalue()


def test_a_code_from_the_app_enables_the_second_factor(world, call):
    client = world.client()
    app = set_up(call, client)
    assert call(enable_second_factor, as_=client, body={"code": app.wrong()}).code == "INVALID_CODE"

    reply = call(enable_second_factor, as_=client, body={"code": app.code()})

    codes = reply.json["recovery_codes"]
    assert (reply.status, len(codes), len(set(codes))) == (200, 10, 10)
    assert call(get_profile, as_=client).json["two_factor_enabled"] is True
    assert world.events(client.id)[-1] == "user.second_factor_enabled"
    # The code that turned it on lets nobody in besides.
    assert verify(call, asked_for_a_code(call, client), code=app.code()).code == "INVALID_CODE"


def test_the_second_factor_is_neither_set_up_nor_enabled_twice(world, call):
    client = world.client()
    app, _ = protected(call, client)
    before = world.sql("SELECT two_factor_secret FROM users WHERE id = %(id)s", id=client.id)

    assert call(set_up_second_factor, as_=client).code == "SECOND_FACTOR_ON"
    assert call(enable_second_factor, as_=client, body={"code": app.code()}).code == "SECOND_FACTOR_ON"

    assert world.sql("SELECT two_factor_secret FROM users WHERE id = %(id)s", id=client.id) == before


def test_setting_up_again_voids_the_earlier_secret(world, call):
    client = world.client()
    older = set_up(call, client)
    newer = set_up(call, client)

    assert call(enable_second_factor, as_=client, body={"code": older.code()}).code == "INVALID_CODE"
    assert call(enable_second_factor, as_=client, body={"code": newer.code()}).status == 200


def test_the_second_factor_is_not_enabled_before_it_is_set_up(world, call):
    assert call(enable_second_factor, as_=world.client(), body={"code": "123456"}).code == "SECOND_FACTOR_NOT_SET_UP"


def test_two_concurrent_enablings_leave_ten_recovery_codes(world, call):
    client = world.client()
    app = set_up(call, client)

    def enable() -> int:
        return int(call(enable_second_factor, as_=client, body={"code": app.code()}).status)

    assert sorted(together([enable] * 4)) == [200, 409, 409, 409]
    assert world.sql("SELECT count(*) AS n FROM recovery_codes WHERE user_id = %(id)s", id=client.id) == [{"n": 10}]


@pytest.mark.parametrize("drift", [0, 1])
def test_the_right_password_and_a_code_sign_in(world, call, drift):
    client = world.client()
    app, _ = protected(call, client)
    before = sessions_of(world, client)
    asked = call(login, body={"email": client.email, "password": PASSWORD})
    assert (asked.status, asked.json["mfa_required"], asked.cookies) == (200, True, [])
    assert sessions_of(world, client) == before

    reply = verify(call, asked.json["mfa_token"], code=app.code(drift))

    assert reply.status == 200
    assert set(reply.json) == set(SignedIn.model_fields)
    assert reply.json["user"]["id"] == str(client.id)
    claims = tokens.verify(reply.json["token"])
    assert world.events(claims["sid"]) == ["session.started"]
    assert reply.cookies[0].startswith(f"refresh_token={reply.json['refresh_token']};")
    # Spent with the sign-in.
    assert verify(call, asked.json["mfa_token"], code=app.code(1)).code == "INVALID_CODE"


@pytest.mark.parametrize("drift", [-2, 2])
def test_a_code_of_another_minute_is_refused(world, call, drift):
    client = world.client()
    app, _ = protected(call, client)

    assert verify(call, asked_for_a_code(call, client), code=app.code(drift)).code == "INVALID_CODE"


def test_a_wrong_password_does_not_reveal_the_second_factor(world, call):
    plain, client = world.client(), world.client()
    protected(call, client)
    told = []
    for user in (plain, client):
        reply = call(login, body={"email": user.email, "password": "Wrong-Horse-7"})
        told.append((reply.status, reply.json["error"]))

    assert told[0] == told[1]


def test_a_used_code_and_all_earlier_ones_are_refused(world, call):
    client = world.client()
    app, _ = protected(call, client)
    assert verify(call, asked_for_a_code(call, client), code=app.code(1)).status == 200

    for drift in (1, 0, -1):
        assert verify(call, asked_for_a_code(call, client), code=app.code(drift)).code == "INVALID_CODE"


def test_a_code_sent_many_times_at_once_works_once(world, call):
    client = world.client()
    app, _ = protected(call, client)
    waiting = [asked_for_a_code(call, client) for _ in range(6)]
    code, before = app.code(), sessions_of(world, client)

    replies = together([lambda token=token: verify(call, token, code=code) for token in waiting])

    assert sorted(reply.status for reply in replies) == [200] + [401] * 5
    assert sessions_of(world, client) == before + 1


def test_a_second_factor_challenge_works_once_even_in_a_race(world, call):
    client = world.client()
    _, codes = protected(call, client)
    token, before = asked_for_a_code(call, client), sessions_of(world, client)

    replies = together([lambda code=code: verify(call, token, recovery_code=code) for code in codes[:4]])

    assert sorted(reply.status for reply in replies) == [200, 401, 401, 401]
    assert sessions_of(world, client) == before + 1


def test_after_five_wrong_codes_the_right_one_is_refused(world, call):
    client = world.client()
    app, codes = protected(call, client)
    token = asked_for_a_code(call, client)
    wrong = [verify(call, token, code=app.wrong()) for _ in range(4)]
    wrong.append(verify(call, token, recovery_code="AAAA-BBBB-CCCC-DDDD"))

    late = verify(call, token, code=app.code())

    assert {(reply.status, reply.code) for reply in (*wrong, late)} == {(401, "INVALID_CODE")}
    assert {str(reply.json["error"]) for reply in wrong} == {str(late.json["error"])}
    kept = world.sql("SELECT id FROM user_tokens WHERE token_hash = %(hash)s", hash=opaque.hash_of(token))
    assert world.events(kept[0]["id"]) == ["second_factor.asked"] + ["second_factor.failed"] * 5
    # The fifth try would still have been good.
    token = asked_for_a_code(call, client)
    for _ in range(4):
        verify(call, token, code=app.wrong())
    assert verify(call, token, recovery_code=codes[0]).status == 200


def test_of_many_concurrent_codes_five_are_tried(world, call, monkeypatch):
    client = world.client()
    app, _ = protected(call, client)
    token, tried = asked_for_a_code(call, client), []
    step_of = second_factor.step_of
    monkeypatch.setattr(second_factor, "step_of", lambda *given: tried.append(given) or step_of(*given))

    replies = together([lambda: verify(call, token, code=app.wrong())] * 20)

    assert {reply.code for reply in replies} == {"INVALID_CODE"}
    assert len(tried) == 5


def test_a_users_codes_are_tried_thirty_times_an_hour_across_sign_ins(world, call, monkeypatch):
    client = world.client()
    app, _ = protected(call, client)
    monkeypatch.setenv("RATE_LIMIT_SCALE", "0.1")  # three
    tried = []
    for number in range(4):
        token = opaque.hash_of(str(number))
        world.sql(
            """INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
               VALUES (%(token)s::uuid, %(user)s, 'SECOND_FACTOR', %(hash)s, now() + interval '5 minutes')""",
            token=new_id(), user=client.id, hash=opaque.hash_of(f"{client.id} {token}"),
        )  # fmt: skip
        tried.append(call(verify_second_factor, body={"mfa_token": f"{client.id} {token}", "code": app.wrong()},
                          ip=f"198.51.100.{number}").code)  # fmt: skip

    assert tried == ["INVALID_CODE"] * 3 + ["RATE_LIMIT_EXCEEDED"]


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE user_tokens SET expires_at = now() - interval '1 second' WHERE user_id = %(id)s",
        "UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s",
        "UPDATE users SET deleted_at = now() WHERE id = %(id)s",
        "UPDATE user_tokens SET purpose = 'PASSWORD_RESET' WHERE user_id = %(id)s",
    ],
)
def test_a_sign_in_that_was_ended_accepts_no_code(world, call, end):
    client = world.client()
    app, _ = protected(call, client)
    token = asked_for_a_code(call, client)
    world.sql(end, id=client.id)

    assert (reply := verify(call, token, code=app.code())).code == "INVALID_CODE", reply.body


def test_a_new_password_ends_sign_ins_that_wait_for_a_code(world, call):
    client = world.client()
    app, _ = protected(call, client)
    token = asked_for_a_code(call, client)
    world.sql(
        """INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
           VALUES (%(token)s, %(user)s, 'PASSWORD_RESET', %(hash)s, now() + interval '1 hour')""",
        token=new_id(), user=client.id, hash=opaque.hash_of(f"reset {client.id}"),
    )  # fmt: skip
    body = {"token": f"reset {client.id}", "new_password": "Another-Horse-8"}
    assert call(confirm_password_reset, body=body).status == 200

    assert verify(call, token, code=app.code()).code == "INVALID_CODE"
    # And the second factor stands.
    assert "mfa_token" in call(login, body={"email": client.email, "password": "Another-Horse-8"}).json


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_recovery_code_signs_in_once_however_it_is_typed(world, call, typed):
    client = world.client()
    _, codes = protected(call, client)

    assert verify(call, asked_for_a_code(call, client), recovery_code=typed(codes[3])).status == 200
    assert verify(call, asked_for_a_code(call, client), recovery_code=codes[3]).code == "INVALID_CODE"
    assert verify(call, asked_for_a_code(call, client), recovery_code=codes[4]).status == 200


def test_a_recovery_code_sent_many_times_at_once_works_once(world, call):
    client = world.client()
    _, codes = protected(call, client)
    waiting = [asked_for_a_code(call, client) for _ in range(4)]

    replies = together([lambda token=token: verify(call, token, recovery_code=codes[0]) for token in waiting])

    assert sorted(reply.status for reply in replies) == [200, 401, 401, 401]


def test_another_users_recovery_codes_are_refused(world, call):
    client, other = world.client(), world.client()
    protected(call, client)
    app, codes = protected(call, other)

    assert verify(call, asked_for_a_code(call, client), code=app.code()).code == "INVALID_CODE"
    assert verify(call, asked_for_a_code(call, client), recovery_code=codes[0]).code == "INVALID_CODE"
    assert verify(call, asked_for_a_code(call, other), recovery_code=codes[0]).status == 200


@pytest.mark.parametrize("given", [{}, {"code": "123456", "recovery_code": "X"}, {"code": "12345"}, {"code": "١٢٣٤٥٦"}])
def test_exactly_one_kind_of_code_is_required_and_it_has_six_digits(world, call, given):
    reply = verify(call, "x", **given)

    assert (reply.status, reply.fields) == (400, ["code"])


@pytest.mark.parametrize("by", ["code", "recovery code"])
def test_disabling_the_second_factor_takes_the_password_and_a_code(world, call, by):
    client = world.client()
    app, codes = protected(call, client)
    code = app.code() if by == "code" else codes[0]

    reply = call(disable_second_factor, as_=client, body={"password": PASSWORD, "code": code})

    assert (reply.status, reply.json["id"]) == (200, str(client.id))
    assert "token" in call(login, body={"email": client.email, "password": PASSWORD}).json
    assert world.sql("SELECT * FROM recovery_codes WHERE user_id = %(id)s", id=client.id) == []
    assert world.sql(
        "SELECT two_factor_enabled, two_factor_secret, two_factor_step FROM users WHERE id = %(id)s", id=client.id
    ) == [{"two_factor_enabled": False, "two_factor_secret": None, "two_factor_step": None}]
    assert world.events(client.id)[-1] == "user.second_factor_disabled"
    assert call(disable_second_factor, as_=client, body={"password": PASSWORD, "code": code}).code == (
        "SECOND_FACTOR_OFF"
    )


def test_a_failed_disabling_does_not_reveal_which_factor_was_wrong(world, call):
    client = world.client()
    app, codes = protected(call, client)
    tried = [
        ("Wrong-Horse-7", app.code()),
        (PASSWORD, app.wrong()),
        ("Wrong-Horse-7", codes[0]),
        (PASSWORD, "AAAA-BBBB-CCCC-DDDD"),
    ]

    replies = [
        call(disable_second_factor, as_=client, body={"password": password, "code": code}) for password, code in tried
    ]

    assert {(reply.status, reply.code) for reply in replies} == {(400, "INVALID_CODE")}
    assert len({str(reply.json["error"]) for reply in replies}) == 1
    assert world.events(client.session_id).count("second_factor.failed") == 4
    # And no code was spent on it.
    assert verify(call, asked_for_a_code(call, client), recovery_code=codes[0]).status == 200
    assert verify(call, asked_for_a_code(call, client), code=app.code()).status == 200


def test_password_guesses_from_a_stolen_session_are_counted(world, call, monkeypatch):
    client = world.client()
    app, _ = protected(call, client)
    monkeypatch.setenv("RATE_LIMIT_SCALE", "0.1")  # three
    body = {"password": "Wrong-Horse-7", "code": app.wrong()}

    codes = [call(disable_second_factor, as_=client, body=body).code for _ in range(4)]

    assert codes == ["INVALID_CODE"] * 3 + ["RATE_LIMIT_EXCEEDED"]


def test_an_answer_with_a_secret_is_not_stored_under_its_idempotency_key(world, call):
    client = world.client()

    first, second = (call(set_up_second_factor, as_=client, key="the-same").json["secret"] for _ in range(2))

    assert first != second
    assert world.sql("SELECT * FROM idempotency_keys WHERE user_id = %(id)s", id=client.id) == []
