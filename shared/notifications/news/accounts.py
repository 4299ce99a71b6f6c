"""What happens to a person's account: e-mails about its security, which nobody can turn off."""

from shared.auth.rules import RESET_KEY, REUSED, VERIFICATION_KEY
from shared.notifications.entries import AccountMail, Link

_VERIFICATION = AccountMail(template="verification", link=Link("verify-email", VERIFICATION_KEY, row="verification_id"))

MAILS = {
    "user.registered": _VERIFICATION,
    "user.verification_requested": _VERIFICATION,
    "user.email_verified": AccountMail(template="welcome", facts=("role",)),
    "password_reset.requested": AccountMail(template="password_reset", link=Link("reset-password", RESET_KEY)),
    "user.password_changed": AccountMail(template="password_changed"),
    "user.second_factor_enabled": AccountMail(template="second_factor_enabled"),
    "user.second_factor_disabled": AccountMail(template="second_factor_disabled"),
    "user.second_factor_removed": AccountMail(template="second_factor_removed"),
    "phone.confirmed": AccountMail(template="phone_confirmed"),
    # The provider that an account was made with is no news.
    "user.identity_linked": AccountMail(template="identity_linked", when=lambda data: not data["is_new"]),
    "session.revoked": AccountMail(template="session_ended", when=lambda data: bool(data["revoked_reason"] == REUSED)),
}
