"""A webhook that could not be reached for five days: an e-mail to whoever created it, or to a colleague."""

from shared.notifications.entries import AccountMail

MAILS = {"webhook.disabled": AccountMail(template="webhook_disabled", is_security=False)}
