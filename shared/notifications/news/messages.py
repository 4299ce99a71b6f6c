"""Messages that nobody has read for a while: an e-mail to each reader who wants to hear of messages."""

from shared.notifications.entries import AccountMail

MAILS = {
    "conversation.unread": AccountMail(
        template="conversation_unread", page="conversations", facts=("unread",), is_security=False, kind="message"
    )
}
