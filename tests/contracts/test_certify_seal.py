"""The certificate of the seal: our own until an authority's takes its place."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from functions.contracts.certify_seal import certify_seal
from shared.contracts import seal
from shared.kit import aws


def test_the_operator_sees_the_certificate_and_a_request_for_an_authority(world):
    told = certify_seal({}, None)

    assert told["subject"] == told["issuer"]
    assert told["signs_itself"] is True
    assert told["request"].startswith("-----BEGIN CERTIFICATE REQUEST-----")


def test_an_authority_s_certificate_takes_the_place_of_our_own(world):
    ours = aws.read_object("documents", seal.CERTIFICATE_KEY)
    asked = x509.load_pem_x509_csr(certify_seal({}, None)["request"].encode())
    assert asked.is_signature_valid
    key = rsa.generate_private_key(65537, 2048)
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "An authority")])
    begins = datetime.now(UTC) - timedelta(days=1)

    def issued(subject, public, days=30):
        body = x509.CertificateBuilder().issuer_name(authority).subject_name(subject).public_key(public)
        body = body.serial_number(x509.random_serial_number()).not_valid_before(begins)
        return body.not_valid_after(begins + timedelta(days=days)).sign(key, hashes.SHA256())

    def in_pem(*certificates):
        return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)

    root = issued(authority, key.public_key())
    leaf = issued(asked.subject, asked.public_key())
    for wrong in ("no certificate", in_pem(root), in_pem(issued(asked.subject, asked.public_key(), days=0.5))):
        with pytest.raises(ValueError, match="certificate"):
            certify_seal({"certificate": wrong}, None)
    try:
        told = certify_seal({"certificate": in_pem(leaf, root)}, None)
        assert (told["issuer"], told["signs_itself"]) == ("Common Name: An authority", False)
        assert certify_seal({}, None)["issuer"] == "Common Name: An authority"
        assert len(seal.chain_of(aws.read_object("documents", seal.CERTIFICATE_KEY))) == 2
    finally:
        aws.write_object("documents", seal.CERTIFICATE_KEY, ours, "application/x-pem-file")
