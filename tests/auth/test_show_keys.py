"""Anybody can verify our access tokens with what we publish."""

import jwt

from functions.auth.show_issuer import show_issuer
from functions.auth.show_keys import show_keys


def test_a_third_party_verifies_a_token_with_the_published_documents_alone(world, call):
    token = world.client().token()
    issuer = call(show_issuer).json
    keys = jwt.PyJWKSet.from_dict(call(show_keys).json)

    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(
        token,
        key,
        algorithms=issuer["id_token_signing_alg_values_supported"],
        issuer=issuer["issuer"],
        audience="leasing-api",
    )

    assert issuer["jwks_uri"] == f"{issuer['issuer']}/.well-known/jwks.json"
    assert set(claims) == set(issuer["claims_supported"])


def test_only_the_public_half_of_the_key_is_published(call):
    [key] = call(show_keys).json["keys"]

    assert set(key) == {"kty", "use", "alg", "kid", "n", "e"}
    assert (key["kty"], key["use"], key["alg"]) == ("RSA", "sig", "RS256")


def test_key_and_issuer_documents_are_cacheable(call):
    for operation in (show_keys, show_issuer):
        reply = call(operation)
        assert reply.headers["cache-control"] == "public, max-age=300"
        assert operation.operation.path.startswith("/.well-known/")
