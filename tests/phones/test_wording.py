"""What phones show, and the templates that Meta approves."""

import json

import pytest

from shared.notifications.models import Reminder, Tiding
from shared.phones.wording import REMINDER, worded
from tests.phones.twilio_server import TwilioServer
from tools.whatsapp import templates

# S0 §10.4, "Template: Payment Due Reminder".
PRINTED = """Hello {{client_name}},

Your payment of ${{amount}} for {{space_name}} is due on {{due_date}}.

Payment Details:
- Amount: ${{amount}}
- Due Date: {{due_date}}
- Invoice: {{invoice_url}}

Thank you!"""


def reminder(language="en", amount="$4,500.00", space="Suite 101"):
    told = Reminder(client_name="A. Berg", amount=amount, space_name=space, due_date="1 June 2027")
    return worded(Tiding({"language": language}, "payment_event", "Due", "Pay", "payments/1", told), "https://x.test/1")


def test_the_payment_reminder_is_source_000s_word_for_word():
    assert REMINDER == PRINTED
    assert reminder().body == (
        "Hello A. Berg,\n\nYour payment of $4,500.00 for Suite 101 is due on 1 June 2027.\n\nPayment Details:\n"
        "- Amount: $4,500.00\n- Due Date: 1 June 2027\n- Invoice: https://x.test/1\n\nThank you!"
    )


@pytest.mark.parametrize(
    ("language", "amount", "template"),
    [
        ("en", "$4,500.00", "payment_reminder"),
        ("en", "CHF 4,500.00", "payment_reminder.en"),
        ("de", "4.500,00\u00a0€", "payment_reminder.de"),
        ("fr", "4 500,00 €", "payment_reminder.fr"),
        ("es", "4.500,00 €", "payment_reminder.es"),
    ],
)
def test_by_whatsapp_somebody_reads_what_a_text_message_says(language, amount, template):
    written = reminder(language, amount)
    server = TwilioServer({"HX": templates()[written.template]})
    server.close()

    values = {str(number): value for number, value in enumerate(written.values, 1)}

    assert written.template == template
    assert server._filled("HX", json.dumps(values)) == written.body


def test_no_value_breaks_a_line():
    written = reminder(space="Suite\n\nYour code is 000000\tand more")

    assert written.values[2] == "Suite Your code is 000000 and more"


def test_no_template_begins_or_ends_with_a_value():
    found = templates()

    assert len(found) == 9
    assert all(not text.startswith("{{") and not text.endswith("}}") for text in found.values())


def test_a_text_message_is_no_longer_than_twilio_takes():
    told = worded(Tiding({"language": "en"}, "payment_event", "T", "x" * 5000, "p"), "https://x.test/1")

    assert len(told.body) <= 1600 and told.body.endswith("Reply STOP to end these messages.")
