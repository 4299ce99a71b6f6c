"""Another provider, as OpenID Connect describes one, on this machine: the real ones cannot be reached from tests.

Source: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 6749, RFC 7636 (S256), RFC 9207. It checks what a provider
checks (client, redirect address, scope, verifier, a code that is good once) and signs what it tells. `person` is who
sits before its login page and agrees; `forge` changes its next tokens as an attacker, or a fault, would.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.serving import serve

CLIENT = "our-client-id"
SECRET = "our-client-secret-of-many-signs"


class OidcProvider:
    def __init__(self, *, tells_in_token: bool = True) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.tells_in_token = tells_in_token
        self.person: dict[str, Any] = {}
        self.agrees = True
        self.forge: Callable[[dict[str, Any]], str | None] | None = None
        self.asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, Any]] = {}
        self._tokens: dict[str, dict[str, Any]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.serve(self, urlsplit(self.path).path, parse_qs(urlsplit(self.path).query))

            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                provider.serve(self, urlsplit(self.path).path, parse_qs(text, strict_parsing=True))

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        serve(self._server)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, handler: BaseHTTPRequestHandler, path: str, asked: dict[str, list[str]]) -> None:
        values = {name: value for name, [value] in asked.items()}
        match path:
            case "/.well-known/openid-configuration":
                answer: tuple[int, Any] = 200, self._metadata()
            case "/jwks":
                key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
                answer = 200, {"keys": [key | {"kid": "k1", "alg": "RS256", "use": "sig"}]}
            case "/token" if handler.command == "POST":
                answer = self._token(values)
            case "/userinfo":
                told = self._tokens.get(handler.headers.get("authorization", "").removeprefix("Bearer "))
                answer = (200, told) if told else (401, {"error": "invalid_token"})
            case _:
                answer = 404, {"error": "not_found"}
        body = json.dumps(answer[1]).encode()
        handler.send_response(answer[0])
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def visit(self, address: str) -> str:
        """The person follows a link to the login page, and agrees or not; where the browser is sent then."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        asked = {name: value for name, [value] in parse_qs(parts.query, strict_parsing=True).items()}
        self.asked.append(asked)
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code"
        assert "openid" in asked["scope"].split() and asked["state"] and asked["nonce"]
        assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
        answer = {"state": asked["state"], "iss": self.issuer}
        if self.agrees:
            code = secrets.token_urlsafe(24)
            self._codes[code] = asked | {"person": dict(self.person)}
            answer |= {"code": code, "scope": "openid email profile", "authuser": "0"}
        else:
            answer["error"] = "access_denied"
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def _token(self, given: dict[str, str]) -> tuple[int, Any]:
        if given.get("client_id") != CLIENT or not hmac.compare_digest(given.get("client_secret", ""), SECRET):
            return 401, {"error": "invalid_client"}
        asked = self._codes.pop(given.get("code", ""), None)
        challenge = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or given.get("grant_type") != "authorization_code"
            or given.get("redirect_uri") != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(24)
        self._tokens[access] = asked["person"]
        half = hashlib.sha256(access.encode()).digest()[:16]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "azp": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
            **(asked["person"] if self.tells_in_token else {"sub": asked["person"]["sub"]}),
        }
        forged = self.forge(claims) if self.forge else None
        token = forged or jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "k1"})
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token}
