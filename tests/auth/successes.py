"""How the operations of auth succeed: see tests/successes.py. Signing in with a provider needs one that answers, and
has tests of its own (tests/auth/test_oauth.py)."""

from functions.auth.login import login
from functions.organizations.invite_member import invite_member
from shared.auth import opaque
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.auth.authenticator import asked_for_a_code, protected, set_up
from tests.call import call
from tests.cast import Asked, Cast
from tests.world import PASSWORD

BODIES = {
    "logout": {},
    "set_up_second_factor": {},
    "enable_second_factor": {"code": "000000"},
    "disable_second_factor": {"password": "Wrong-Horse-7", "code": "000000"},
    "list_sessions": None,
    "end_session": None,
    "resend_verification": {},
}


class Successes(Cast):
    def show_keys(self) -> Asked:
        return {}

    show_issuer = show_keys

    def register(self) -> Asked:
        body = {"email": f"{new_id().hex}@example.com", "password": PASSWORD, "name": "Ada Client", "role": "CLIENT"}
        return {"body": body}

    def login(self) -> Asked:
        return {"body": {"email": self.client.email, "password": PASSWORD}}

    def refresh(self) -> Asked:
        return {"body": {"refresh_token": call(login, **self.login()).json["refresh_token"]}}

    def logout(self) -> Asked:
        return {"as_": self.world.client(), "body": {}}

    def list_sessions(self) -> Asked:
        return {"as_": self.world.client()}

    def end_session(self) -> Asked:
        client = self.world.client()
        return {"as_": client, "path": {"session_id": client.session_id}}

    def verify_email(self) -> Asked:
        return {"body": {"token": self._mailed("EMAIL_VERIFICATION", email_verified=False)}}

    def resend_verification(self) -> Asked:
        return {"as_": self.world.client(email_verified=False), "body": {}}

    def request_password_reset(self) -> Asked:
        return {"body": {"email": self.world.client().email}}

    def confirm_password_reset(self) -> Asked:
        return {"body": {"token": self._mailed("PASSWORD_RESET"), "new_password": "Correct-Horse-8"}}

    def accept_invitation(self) -> Asked:
        asked = {"email": f"{new_id().hex}@example.com", "role": Role.AGENT.value}
        invited = call(invite_member, as_=self.owner, body=asked).json["id"]
        token = new_id().hex
        sql = "UPDATE invitations SET token_hash = %(hash)s WHERE id = %(id)s"
        self.world.sql(sql, hash=opaque.hash_of(token), id=invited)
        return {"body": {"token": token, "name": "Alex Agent", "password": PASSWORD}}

    def set_up_second_factor(self) -> Asked:
        return {"as_": self.world.client(), "body": {}}

    def enable_second_factor(self) -> Asked:
        client = self.world.client()
        return {"as_": client, "body": {"code": set_up(call, client).code()}}

    def disable_second_factor(self) -> Asked:
        client = self.world.client()
        _, recovery = protected(call, client)
        return {"as_": client, "body": {"password": PASSWORD, "code": recovery[0]}}

    def verify_second_factor(self) -> Asked:
        client = self.world.client()
        _, recovery = protected(call, client)
        return {"body": {"mfa_token": asked_for_a_code(call, client), "recovery_code": recovery[0]}}

    def _mailed(self, purpose: str, **changes: bool) -> str:
        """A token as a mail brings it to a new client."""
        token, client = new_id().hex, self.world.client(**changes)
        self.world.sql(
            """INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
               VALUES (%(id)s, %(user)s, %(purpose)s, %(hash)s, now() + interval '1 hour')""",
            id=new_id(),
            user=client.id,
            purpose=purpose,
            hash=opaque.hash_of(token),
        )
        return token
