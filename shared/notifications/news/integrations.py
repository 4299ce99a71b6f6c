"""What becomes of accounting connections: an e-mail to whoever made one that has ended, since nothing is sent until it
is made again."""

from shared.notifications.entries import AccountMail

MAILS = {
    "integration.disconnected": AccountMail(
        template="integration_disconnected",
        page="integrations",
        facts=("company_name", "software", "failure"),
        is_security=False,
    ),
}
