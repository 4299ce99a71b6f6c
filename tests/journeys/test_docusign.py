"""Leases that are signed in DocuSign, over everything between: saga, bus, queues, webhook.

DocuSign is our own server of its protocol (tests/contracts/docusign_server.py).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from local.platform import Platform
from tests.contracts.docusign_server import DocuSignServer, Envelope, signed
from tests.journeys.client import API, Person, send, until
from tests.journeys.deals import Deal

KEY = "the key that Connect signs with"


@pytest.fixture(scope="module")
def docusign(platform: Platform) -> Iterator[DocuSignServer]:
    """DocuSign, and its two secrets as an operator fills them in."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = pair.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = pair.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    server = DocuSignServer(public.decode(), (KEY,))
    secrets = boto3.client(
        "secretsmanager",
        endpoint_url=platform.aws_url,
        region_name="us-east-1",
        aws_access_key_id=platform.details["aws_access_key_id"],
        aws_secret_access_key=platform.details["aws_secret_access_key"],
    )
    values = {"docusign": server.credentials(private.decode()), "docusign-keys": {"2027-01": KEY}}
    for name, value in values.items():
        secrets.put_secret_value(SecretId=f"leasing-local-{name}", SecretString=json.dumps(value))
    yield server
    server.close()


@dataclass
class Policy:
    """How an owner's organization wants its leases signed."""

    platform: Platform
    owner: Person

    def choose(self, provider: str, requires_authorization: bool) -> None:
        with psycopg.connect(self.platform.database_url, autocommit=True) as database:
            database.execute(
                """UPDATE organizations SET signature_provider = %s, requires_authorization = %s
                   WHERE id = (SELECT organization_id FROM users WHERE id = %s)""",
                (provider, requires_authorization, self.owner.id),
            )


@pytest.fixture
def landlord(platform: Platform, docusign: DocuSignServer) -> Person:
    """An owner whose organization signs in DocuSign."""
    person = Person(platform, "OWNER", organization_name="Paperless Estates LLC")
    Policy(platform, person).choose("DOCUSIGN", False)
    return person


def envelope_of(deal: Deal, docusign: DocuSignServer, status: str = "sent") -> Envelope:
    """The deal's one envelope, as soon as it stands there."""

    def stands() -> Envelope | None:
        found = [one for one in docusign.of_contract(deal.contract_id) if one.status == status]
        return found[0] if found else None

    envelope = until(stands)
    assert docusign.of_contract(deal.contract_id) == [envelope]
    assert deal.contract()["envelope_id"] == envelope.id
    return envelope


def receive(platform: Platform, body: bytes, **headers: str) -> Any:
    return send(platform.url, "POST", f"{API}/webhooks/docusign", body, headers)


def test_a_lease_is_signed_in_docusign(
    platform: Platform, landlord: Person, client: Person, docusign: DocuSignServer
) -> None:
    deal = Deal(landlord, client)
    envelope = envelope_of(deal, docusign)
    data = {"envelope_id": envelope.id, "contract_id": deal.contract_id, "signed_at": "2025-01-27T12:00:00Z"}
    printed = json.dumps({"event": "envelope_completed", "data": data}).encode()
    assert client.ask("PATCH", f"{deal.path}/sign", {"signature": "Me", "consent": True}).code == "SIGNED_ELSEWHERE"
    assert receive(platform, printed).status == 401
    assert receive(platform, printed + b" ", **signed(printed, KEY)).status == 401
    assert deal.contract()["signature_status"] == "NONE"

    assert docusign.complete(envelope.id) == 200
    lease = deal.reaches("SIGNED")
    assert [(one["side"], one["provider"]) for one in lease["signatures"]] == [
        ("CLIENT", "DOCUSIGN"),
        ("OWNER", "DOCUSIGN"),
    ]
    assert {receive(platform, printed, **signed(printed, KEY)).status for _ in range(20)} == {200}
    assert deal.contract() == lease
    mark = f"signed in envelope {envelope.id}".encode()
    until(lambda: mark in client.download(f"{deal.path}/download"))


def test_a_lease_declined_in_docusign_is_undone(landlord: Person, client: Person, docusign: DocuSignServer) -> None:
    deal = Deal(landlord, client)
    assert docusign.decline(envelope_of(deal, docusign).id, "Too dear") == 200

    assert deal.is_undone()["termination_reason"] == "Declined in DocuSign: Too dear"


def test_a_deal_cancelled_on_the_platform_is_voided_in_docusign(
    landlord: Person, client: Person, docusign: DocuSignServer
) -> None:
    deal = Deal(landlord, client)
    envelope_of(deal, docusign)
    deal.decline(client)
    deal.is_undone()

    assert envelope_of(deal, docusign, "voided").history == ["created", "sent", "voided"]


def test_a_lease_signed_in_docusign_is_authorized_by_the_owners_organization(
    platform: Platform, landlord: Person, client: Person
) -> None:
    Policy(platform, landlord).choose("BUILT_IN", True)
    deal = Deal(landlord, client)
    deal.reaches("PENDING_SIGNATURE")
    deal.sign(client)
    assert deal.sign(landlord)["signature_status"] == "PENDING_ADMIN"
    assert deal.contract()["status"] == "PENDING_SIGNATURE"

    landlord.do("PATCH", f"{deal.path}/authorize", notes="Board of 12 March")
    assert deal.reaches("SIGNED")["signature_status"] == "FULLY_SIGNED"
