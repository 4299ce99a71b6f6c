"""Retrieve the OpenID configuration.

Tells anyone who verifies our access tokens who issues them and where the public keys are (OpenID Connect
Discovery). There is no authorization endpoint, because users sign in with `POST /auth/login`.
"""

from shared.auth.models import Issuer
from shared.auth.rules import CLAIMS
from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.settings import setting

# We leave it out, as other issuers do whose tokens are only to be verified.


@endpoint("GET /.well-known/openid-configuration", root=True, access=ANYONE, rate=None)
def show_issuer() -> Reply[Issuer]:
    origin = setting("PUBLIC_URL")
    issuer = Issuer(
        issuer=origin,
        jwks_uri=f"{origin}/.well-known/jwks.json",
        response_types_supported=["id_token"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=["RS256"],
        claims_supported=list(CLAIMS),
    )
    return Reply(issuer, headers={"cache-control": "public, max-age=300"})
