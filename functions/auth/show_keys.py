"""Retrieve the public signing keys.

Returns the public keys of our access tokens, so that anyone can verify a token without calling us (RFC 7517).
"""

from jwt.algorithms import RSAAlgorithm

from shared.auth.models import Key, KeySet
from shared.kit import tokens
from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply


@endpoint(
    "GET /.well-known/jwks.json",
    root=True,
    access=ANYONE,
    rate=None,
    uses=("signing_key.read",),
    layers=("tokens",),
)
def show_keys() -> Reply[KeySet]:
    public = tokens.public_key()
    numbers = RSAAlgorithm.to_jwk(public.key, as_dict=True)
    key = Key(kty="RSA", use="sig", alg="RS256", kid=public.key_id, n=numbers["n"], e=numbers["e"])
    return Reply(KeySet(keys=[key]), headers={"cache-control": "public, max-age=300"})
