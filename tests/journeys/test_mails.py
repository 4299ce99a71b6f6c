"""A deal as its two sides read it in their mailboxes, from the first bid to the first receipt."""

from datetime import timedelta
from typing import Any

from local.platform import Platform
from tests.journeys.client import Person, send, until
from tests.journeys.deals import Deal, today


def mailbox(person: Person, platform: Platform, subject: str) -> Any:
    """The person's mail whose subject begins so, as soon as it has come."""

    def found() -> Any:
        mails = send(platform.url, "GET", f"/_local/mailbox?to={person.email}").json["data"]
        return next((mail for mail in mails if mail["subject"].startswith(subject)), None)

    return until(found)


def test_both_sides_get_an_email_for_each_step_in_text_and_html(
    platform: Platform, owner: Person, client: Person
) -> None:
    deal = Deal(owner, client, start=today())
    space = deal.space["name"]
    deal.reaches("PENDING_SIGNATURE")
    deal.sign(client)
    deal.sign(owner)
    deal.reaches("ACTIVE")
    [payment, *_] = client.get("/payments", contract_id=deal.contract_id)["data"]
    owner.do("POST", f"/payments/{payment['id']}/record", paid_date=today(), payment_method="cheque")

    read = {
        (owner, f"New Bid on {space}"): "$4,800.00/month",
        (client, f"Bid approved: {space}"): "Your bid on",
        (client, f"Please sign the lease for {space}"): "waiting for your signature",
        (owner, f"Please sign the lease for {space}"): "The client has signed",
        (owner, f"Lease executed: {space}"): "Both sides have signed the lease",
        (client, f"Lease executed: {space}"): "Both sides have signed the lease",
        (client, f"Receipt: payment for {space}"): "settled in full",
    }
    for (person, subject), sentence in read.items():
        mail = mailbox(person, platform, subject)
        assert sentence in mail["text"] and sentence in mail["html"], subject
    everything = [
        mail["subject"] for mail in send(platform.url, "GET", f"/_local/mailbox?to={client.email}").json["data"]
    ]
    mails = [subject for subject in everything if subject.endswith(space)]
    assert len(mails) == len(set(mails)), "a mail came twice"


def test_a_user_who_opted_out_gets_only_emails_about_their_account(platform: Platform, owner: Person) -> None:
    quiet = Person(platform, "CLIENT")
    mailbox(quiet, platform, "Confirm")
    quiet.do("PUT", "/users/me", notification_preferences={"email": False})
    deal = Deal(owner, quiet, start=today() + timedelta(days=30))
    mailbox(owner, platform, f"New Bid on {deal.space['name']}")
    deal.reaches("PENDING_SIGNATURE")

    mails = send(platform.url, "GET", f"/_local/mailbox?to={quiet.email}").json["data"]
    assert [mail["subject"] for mail in mails] == ["Confirm your e-mail address"]
