"""How the operations of contracts succeed: see tests/successes.py."""

import os

from functions.contracts.create_contract import create_contract
from functions.contracts.download_contract import download_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from shared.kit.ids import new_id
from tests.call import call
from tests.cast import Asked, Cast
from tests.contracts.docusign_server import connect_body, signed
from tests.contracts.enveloped import KEYS, EnvelopedDeal, set_policy
from tests.leasing.deal import Deal

BODIES = {
    "authorize_contract": {},
    "create_contract": {"space_id": "SPACE", "client_id": "CLIENT", "bid_amount": 1},
    "send_contract": {},
    "show_evidence": None,
    "decline_contract": {"reason": "No"},
    "download_contract": None,
    "get_contract": None,
    "list_contracts": None,
    "get_schedule": None,
    "get_ledger": None,
    "download_statement": None,
    "renew_contract": {"bid_amount": 5000},
    "terminate_contract": {"effective_date": "2027-06-01", "reason": "Moving out"},
    "set_holdover": {"percent": 150},
    "preview_termination": {"effective_date": "2027-06-01", "reason": "Moving out"},
    "sign_contract": {"signature": "Name", "consent": True},
}


class Successes(Cast):
    def list_contracts(self) -> Asked:
        return {"as_": self.lease.client}

    def get_contract(self) -> Asked:
        return {"as_": self.lease.client, "path": {"contract_id": self.lease.contract}}

    get_schedule = get_ledger = download_contract = download_statement = show_evidence = get_contract

    def verify_document(self) -> Asked:
        return {"body": call(download_contract, **self.get_contract()).body}

    def create_contract(self) -> Asked:
        body = {"space_id": self.world.space(self.owner), "client_id": self.client.id, "bid_amount": 4000}
        return {"as_": self.owner, "body": body}

    def send_contract(self) -> Asked:
        drafted = call(create_contract, **self.create_contract()).json["id"]
        return {"as_": self.owner, "path": {"contract_id": drafted}, "body": {}}

    def sign_contract(self) -> Asked:
        deal = self.out_for_signature()
        body = {"signature": deal.client.name, "consent": True}
        return {"as_": deal.client, "path": {"contract_id": deal.contract}, "body": body}

    def decline_contract(self) -> Asked:
        deal = self.out_for_signature()
        return {"as_": deal.client, "path": {"contract_id": deal.contract}, "body": {"reason": "No"}}

    def authorize_contract(self) -> Asked:
        deal = Deal(self.world, call)
        set_policy(self.world, deal.owner, requires_authorization=True)
        deal.signed()
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}, "body": {}}

    def renew_contract(self) -> Asked:
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}, "body": {"bid_amount": 5200}}

    def terminate_contract(self) -> Asked:
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        body = {"effective_date": "2027-06-16", "reason": "Moving out"}
        return {"as_": deal.client, "path": {"contract_id": deal.contract}, "body": body}

    preview_termination = terminate_contract

    def set_holdover(self) -> Asked:
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        self.world.sql("UPDATE contracts SET status = 'ACTIVE' WHERE id = %(id)s", id=deal.contract)
        return {"as_": deal.owner, "path": {"contract_id": deal.contract}, "body": {"percent": 150}}

    def receive_docusign(self) -> Asked:
        _keep_docusign_keys()
        deal = EnvelopedDeal(self.world, call)
        deal.run(render_lease, request_signatures)
        envelope = str(new_id())
        deal.put_envelope(envelope)
        body = connect_body(envelope, "completed", completedDateTime="2025-01-27T12:00:00.1230000Z")
        return {"body": body.decode(), "headers": signed(body, KEYS["first"])}


def _keep_docusign_keys() -> None:
    """The webhook's keys, as an operator fills them in, where no fixture has done so."""
    if "DOCUSIGN_KEYS_SECRET_ARN" not in os.environ:
        import json

        import boto3

        made = boto3.client("secretsmanager").create_secret(
            Name="docusign_keys_of_successes", SecretString=json.dumps(KEYS)
        )
        os.environ["DOCUSIGN_KEYS_SECRET_ARN"] = made["ARN"]
