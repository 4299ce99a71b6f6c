"""A connection as the database holds it, for tests that are about something else."""

import json
import os
from datetime import date
from typing import Any

import boto3

from shared.kit.ids import new_id
from tests.integrations.accounting_server import CLIENT, SECRET
from tests.integrations.intuit import ACCOUNTS, MAPPED, REALM
from tests.world import User, World


def apps() -> None:
    """Our registrations, as an operator fills them in."""
    kept = {name: {"client_id": CLIENT, "client_secret": SECRET} for name in ("quickbooks", "zoho")}
    made = boto3.client("secretsmanager").create_secret(Name=new_id().hex, SecretString=json.dumps(kept))
    os.environ["ACCOUNTING_APPS_SECRET_ARN"] = made["ARN"]


def connected(world: World, owner: User, *contracts: Any) -> User:
    """The owner, whose company at QuickBooks is connected, knows the tenants of these contracts, and has refused an
    invoice of each."""
    integration = new_id()
    values = {"id": integration, "organization": owner.organization_id, "user": owner.id}
    world.sql(
        """INSERT INTO integrations (id, organization_id, provider, company_id, company_name, company_currency,
                                     company_country, user_id, connected_at, accounts, starts_on, read_at)
           VALUES (%(id)s, %(organization)s, 'quickbooks', %(realm)s, 'Evergreen Offices', 'USD', 'US', %(user)s, now(),
                   %(accounts)s, '2026-01-01', now())""",
        realm=REALM,
        accounts=json.dumps(MAPPED),
        **values,
    )
    rows = [("ACCOUNT", id, name, kind) for id, (name, kind) in ACCOUNTS.items()]
    for kind, external_id, name, type_ in [*rows, ("CUSTOMER", "58", "Harbor Coffee", None)]:
        world.sql(
            """INSERT INTO integration_targets (integration_id, organization_id, kind, external_id, name, type, read_id)
               VALUES (%(id)s, %(organization)s, %(kind)s, %(external)s, %(name)s, %(type)s, %(read)s)""",
            kind=kind,
            external=external_id,
            name=name,
            type=type_,
            read=new_id(),
            **{name: values[name] for name in ("id", "organization")},
        )
    for number, contract in enumerate(contracts, start=1):
        _refused(world, values | {"contract": contract}, number)
    return owner


def _refused(world: World, values: dict[str, Any], number: int) -> None:
    world.sql(
        """INSERT INTO integration_customers (integration_id, organization_id, client_organization_id, external_id,
                                              matched_by)
           SELECT %(id)s, %(organization)s, c.client_organization_id, '58', 'PERSON'
           FROM contracts c WHERE c.id = %(contract)s
           ON CONFLICT DO NOTHING""",
        **values,
    )
    world.sql(
        """INSERT INTO integration_documents (id, integration_id, organization_id, entry_id, kind, contract_id, number,
                                              amount, posted_on, status, attempts, refusals, reason, retry_at)
           VALUES (%(document)s, %(id)s, %(organization)s, %(entry)s, 'INVOICE', %(contract)s, %(number)s, 5000,
                   %(day)s, 'REFUSED', 1, 1, %(reason)s, now() + interval '1 hour')""",
        document=new_id(),
        entry=new_id(),
        number=f"INV-{number:06}",
        day=date(2026, 1, 15),
        reason="The period is closed there: open it, or enter the document there by hand. (QuickBooks: Account Period"
        " Closed)",
        **values,
    )
