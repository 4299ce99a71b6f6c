"""The tenants of imported leases: invited where that was asked for, heard by nobody before they accept."""

import pytest

from functions.auth.accept_invitation import accept_invitation
from functions.contracts.get_contract import get_contract
from functions.contracts.list_contracts import list_contracts
from functions.imports.import_leases import import_leases
from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.payments.list_invoices import list_invoices
from functions.payments.list_payments import list_payments
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.auth.mailbox import mails_to, token_in
from tests.call import invoke
from tests.imports.files import csv_of, events_of, imported
from tests.imports.test_import_leases import contract_of, lease, take_over
from tests.invariants import untied
from tests.world import PASSWORD


@pytest.fixture
def owner(world):
    return world.owner()


def address():
    return f"{new_id().hex}@tenant.example"


def invitations_to(world, email):
    return world.sql("SELECT * FROM invitations WHERE lower(email) = lower(%(email)s) ORDER BY id", email=email)


def mail_for(world, email):
    """The mail that the tenant gets."""
    invitation = invitations_to(world, email)[-1]
    [event] = [one for one in world.event_details(invitation["id"]) if one["name"] == "invitation.created"]
    assert invoke(compose_mail, event) == []
    return mails_to(email)[-1]


def invited(world, owner, email, **cells):
    """The token that the tenant of a lease gets."""
    take_over(world, owner, lease(world, tenant_email=email, invite="yes", **cells))
    return token_in(mail_for(world, email))


def test_who_is_not_invited_gets_nothing(world, owner):
    email = address()

    take_over(world, owner, lease(world, tenant_email=email, paid_through="", open_balance="10"))

    assert invitations_to(world, email) == []
    contract = contract_of(world, "L-1", owner)
    invoiced = world.sql(
        "SELECT object_id FROM outbox WHERE name = 'payment.invoiced' AND payload ->> 'contract_id' = %(id)s",
        id=str(contract["id"]),
    )
    assert len(invoiced) == 7
    for event in invoiced:
        assert invoke(compose_mail, *events_of(world, event["object_id"], "payment.invoiced")) == []
    assert mails_to(email) == []
    assert contract["client_id"] is None


def test_a_registered_client_of_that_address_hears_nothing_either(world, owner, call):
    client = world.client()

    take_over(world, owner, lease(world, tenant_email=client.email, paid_through=""))

    assert call(list_contracts, as_=client).json["data"] == []
    assert call(list_payments, as_=client).json["data"] == []
    path = {"contract_id": contract_of(world, "L-1", owner)["id"]}
    assert call(get_contract, as_=client, path=path).status == 404
    [payment] = world.sql(
        "SELECT id FROM payments WHERE contract_id = %(id)s AND invoiced_on IS NOT NULL LIMIT 1", id=path["contract_id"]
    )
    [told] = [one for one in world.event_details(payment["id"]) if one["name"] == "payment.invoiced"]
    assert invoke(notify_people, told) == []
    assert world.sql("SELECT 1 FROM notifications WHERE user_id = %(id)s", id=client.id) == []


def test_a_tenant_who_accepts_has_an_account_with_the_lease(world, owner, call):
    email = address()
    take_over(world, owner, lease(world, tenant_email=email, invite="yes"))
    mail = mail_for(world, email)
    token = token_in(mail)
    assert "invites you to your lease" in mail["subject"]

    joined = call(accept_invitation, body={"token": token, "name": "Tess Tenant", "password": PASSWORD})

    assert joined.status == 201, joined.json
    assert (joined.json["user"]["role"], joined.json["user"]["email"]) == ("CLIENT", email)
    contract = contract_of(world, "L-1", owner)
    assert str(contract["client_id"]) == joined.json["user"]["id"]
    assert str(contract["client_organization_id"]) == joined.json["user"]["organization_id"]
    [payer] = world.sql("SELECT DISTINCT payer_id FROM payments WHERE contract_id = %(id)s", id=contract["id"])
    assert payer["payer_id"] == contract["client_id"]
    assert call(accept_invitation, body={"token": token, "name": "Again", "password": PASSWORD}).status == 400


def test_a_client_with_an_account_takes_the_lease_to_their_organization(world, owner, call):
    client = world.client()
    token = invited(world, owner, client.email, paid_through="", open_balance="-100")
    before = contract_of(world, "L-1", owner)

    accepted = call(accept_invitation, as_=client, body={"token": token})

    assert accepted.status == 200, accepted.json
    assert accepted.json == {"outcome": "LEASES_ACCEPTED", "contract_ids": [str(before["id"])]}
    contract = call(get_contract, as_=client, path={"contract_id": before["id"]}).json
    assert (contract["client_id"], contract["client_organization_id"]) == (str(client.id), str(client.organization_id))
    assert len(call(list_invoices, as_=client).json["data"]) == len(call(list_invoices, as_=owner).json["data"]) == 7
    for table in ("payments", "invoices", "payment_transactions"):
        sides = world.sql(
            f"SELECT DISTINCT client_organization_id AS id FROM {table} WHERE contract_id = %(id)s", id=before["id"]
        )
        assert [side["id"] for side in sides] == [client.organization_id], table
    assert untied(world.database_url, [str(before["id"])]) == {}
    assert call(accept_invitation, as_=client, body={"token": token}).status == 400


@pytest.mark.parametrize("their", ["another address", "an address that is not verified"])
def test_an_invitation_is_for_the_account_of_its_verified_address(world, owner, call, their):
    client = world.client()
    token = invited(world, owner, client.email)
    other = world.client() if their == "another address" else client
    if other is client:
        world.sql("UPDATE users SET email_verified = false WHERE id = %(id)s RETURNING id", id=client.id)

    refused = call(accept_invitation, as_=other, body={"token": token})

    assert (refused.status, refused.code) == (409, "INVITED_ELSEWHERE")
    assert contract_of(world, "L-1", owner)["client_id"] is None
    world.sql("UPDATE users SET email_verified = true WHERE id = %(id)s RETURNING id", id=client.id)
    assert call(accept_invitation, as_=client, body={"token": token}).status == 200


def test_a_known_address_is_told_to_sign_in_only_by_the_token(world, owner, call):
    client = world.client()
    token = invited(world, owner, client.email)

    refused = call(accept_invitation, body={"token": token, "name": "Tess", "password": PASSWORD})

    assert (refused.status, refused.code) == (409, "EMAIL_TAKEN")
    assert contract_of(world, "L-1", owner)["client_id"] is None


@pytest.mark.parametrize("role", [Role.OWNER, Role.BROKER, Role.AGENT])
def test_only_a_client_accepts_signed_in(world, owner, call, role):
    token = invited(world, owner, address())

    assert call(accept_invitation, as_=world.user(role), body={"token": token}).status == 403


def test_without_an_account_a_name_and_a_password_are_needed(world, owner, call):
    token = invited(world, owner, address())

    refused = call(accept_invitation, body={"token": token})

    assert (refused.status, refused.fields) == (400, ["name", "password"])


def test_an_invitation_is_sent_once_a_week_and_later_for_a_row_that_is_known(world, owner):
    email = address()
    take_over(world, owner, lease(world, tenant_email=email))

    first = imported(world, import_leases, owner, csv_of([lease(world, tenant_email=email, invite="yes")]))
    imported(world, import_leases, owner, csv_of([lease(world, tenant_email=email, invite="y")]))

    assert first["status"] == "COMPLETED"
    assert len(invitations_to(world, email)) == 1


def test_a_lease_that_comes_after_the_tenant_accepted_waits_for_them_again(world, owner, call):
    client = world.client()
    call(accept_invitation, as_=client, body={"token": invited(world, owner, client.email)})

    later = lease(world, tenant_email=client.email, space_external_id="S-2", contract_external_id="L-2")
    imported(world, import_leases, owner, csv_of([later]))

    second = contract_of(world, "L-2", owner)
    assert (second["client_id"], second["client_organization_id"] == client.organization_id) == (None, False)
    assert [one["id"] for one in call(list_contracts, as_=client).json["data"]] == [
        str(contract_of(world, "L-1", owner)["id"])
    ]


def test_nothing_else_of_history_changes_hands(world, owner):
    take_over(world, owner, lease(world, paid_through=""))
    [invoice] = world.sql(
        "SELECT * FROM invoices WHERE owner_organization_id = %(id)s LIMIT 1", id=owner.organization_id
    )

    for change in ("client_organization_id = owner_organization_id", "reason = 'x'"):
        with pytest.raises(Exception, match="its rows are history"):
            world.sql(f"UPDATE invoices SET {change} WHERE id = %(id)s", id=invoice["id"])


def test_the_import_tells_its_events_of_nobodys_address(world, owner):
    email = address()
    done = imported(world, import_leases, owner, csv_of([lease(world, tenant_email=email, space_external_id="none")]))

    assert email not in str(events_of(world, done["id"], "import.ended"))
