"""DocuSign's secrets and its server."""

import json
import os

import boto3
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.contracts import docusign as docusign_api
from shared.kit import secret
from tests.contracts.docusign_server import DocuSignServer
from tests.contracts.enveloped import KEYS


@pytest.fixture(scope="session")
def private_key():
    """The integration's RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def docusign_server(private_key):
    public = private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    server = DocuSignServer(public.decode(), tuple(KEYS.values()))
    yield server
    server.close()


@pytest.fixture(scope="session")
def secrets(environment, private_key, docusign_server):
    """The two secrets, as an operator fills them in."""
    pem = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    client = boto3.client("secretsmanager")
    for name, value in (("docusign", docusign_server.credentials(pem.decode())), ("docusign_keys", KEYS)):
        made = client.create_secret(Name=name, SecretString=json.dumps(value))
        os.environ[f"{name.upper()}_SECRET_ARN"] = made["ARN"]
    return client


@pytest.fixture
def docusign(secrets, docusign_server):
    """The server, with nothing kept from earlier tests but its envelopes."""
    secret._kept.clear()
    docusign_api._tokens.clear()
    docusign_server.faults.clear()
    docusign_server.requests.clear()
    docusign_server.drop_answers = 0
    return docusign_server
