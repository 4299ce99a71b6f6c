"""Show or replace the seal's certificate.

An operator's command. Executed leases are sealed with a key in KMS; its certificate signs itself until a certification
authority's is put in its place. Without arguments, the command answers with the certificate and with a request for an
authority to sign. With `{"certificate": "…"}`, in PEM with those that lead to the authority, it replaces it. It cannot
be reached from outside.
"""

from typing import Any

from shared.kit.task import operator


@operator(
    database=None,
    uses=("documents.read", "documents.write", "documents.check", "seal_key.sign", "seal_key.read"),
    layers=("sealing",),
)
def certify_seal(event: dict[str, Any]) -> dict[str, Any]:
    # Imported here, with pyHanko behind it, so that the catalog stays light.
    from shared.contracts.seal import certificate, keep_certificate, request

    given = event.get("certificate")
    if given is not None and not isinstance(given, str):
        raise ValueError('Give the certificate as text: {"certificate": "-----BEGIN CERTIFICATE-----…"}')
    chain = keep_certificate(given.encode()) if given else certificate()
    return {
        "subject": chain[0].subject.human_friendly,
        "issuer": chain[0].issuer.human_friendly,
        "valid_until": chain[0].not_valid_after.isoformat(),
        "signs_itself": chain[0].self_signed != "no",
        "request": request().decode(),
    }
