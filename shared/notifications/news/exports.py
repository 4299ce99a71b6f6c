"""What becomes of the daily exports: an e-mail to whoever has set the schedule. Others wait for their export."""

from shared.notifications.entries import AccountMail, Data


def _is_scheduled(data: Data) -> bool:
    return bool(data["scheduled_on"])


MAILS = {
    "export.completed": AccountMail(
        template="export_completed",
        page="exports",
        facts=("kind", "scheduled_on"),
        when=_is_scheduled,
        is_security=False,
    ),
    "export.failed": AccountMail(
        template="export_failed",
        page="exports",
        facts=("kind", "scheduled_on", "failure"),
        when=_is_scheduled,
        is_security=False,
    ),
}
