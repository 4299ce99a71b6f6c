"""What every answer has in common, and what is refused before anybody's business is done."""

import json
import re

import pytest

from local.platform import Platform
from tests.journeys.client import API, Person, send, until
from tests.journeys.deals import new_space

FRONTEND = "http://localhost:3000"
SECURITY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
}


def preflight(platform: Platform, origin: str) -> dict[str, str]:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,idempotency-key",
    }
    answer = send(platform.url, "OPTIONS", f"{API}/bids", headers=asked)
    assert answer.status == 204
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


def test_a_configured_origin_passes_the_cors_preflight(platform: Platform) -> None:
    allowed = preflight(platform, FRONTEND)
    assert allowed["access-control-allow-origin"] == FRONTEND
    assert allowed["access-control-allow-credentials"] == "true"
    methods = set(allowed["access-control-allow-methods"].split(","))
    assert {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} <= methods
    headers = {name.strip().lower() for name in allowed["access-control-allow-headers"].split(",")}
    wanted = {"authorization", "content-type", "x-refresh-token", "idempotency-key", "if-match", "x-correlation-id"}
    assert wanted <= headers


def test_another_origin_fails_the_cors_preflight(platform: Platform) -> None:
    assert preflight(platform, "https://evil.example") == {}
    answer = send(platform.url, "GET", f"{API}/spaces", headers={"Origin": "https://evil.example"})
    assert not any(name.startswith("access-control-") for name in answer.headers)


def test_a_configured_origin_can_read_the_headers_even_of_errors(platform: Platform) -> None:
    for path, status in ((f"{API}/spaces", 200), (f"{API}/spaces?limit=0", 400), (f"{API}/bids", 401)):
        answer = send(platform.url, "GET", path, headers={"Origin": FRONTEND})
        assert answer.status == status
        assert answer.headers["access-control-allow-origin"] == FRONTEND
        exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
        assert {"x-correlation-id", "retry-after", "idempotent-replayed", "etag", "content-disposition"} <= exposed
        assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= exposed


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", f"{API}/spaces", 200),
        ("GET", f"{API}/spaces?limit=0", 400),
        ("POST", f"{API}/auth/login", 400),
        ("GET", f"{API}/nothing", 404),
        ("DELETE", f"{API}/auth/login", 405),
    ],
)
def test_every_answer_has_security_headers_and_a_correlation_id(
    platform: Platform, method: str, path: str, status: int
) -> None:
    answer = send(platform.url, method, path)
    assert answer.status == status, answer
    assert SECURITY.items() <= dict(answer.headers).items()
    assert re.fullmatch("[A-Za-z0-9._-]{1,64}", answer.headers["x-correlation-id"])


def test_a_valid_correlation_id_is_kept_and_an_invalid_one_replaced(platform: Platform) -> None:
    for offered, is_kept in (
        ("abc-123_X.9", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("two words", False),
        ("semi;colon", False),
        ("ü", False),
    ):
        for path, status in (("/spaces", 200), ("/spaces?limit=0", 400), ("/nothing", 404)):
            answer = send(platform.url, "GET", f"{API}{path}", headers={"X-Correlation-ID": offered})
            assert answer.status == status
            assert (answer.headers["x-correlation-id"] == offered) == is_kept
            if status != 200:
                assert answer.json["meta"]["request_id"] == answer.headers["x-correlation-id"]


@pytest.mark.parametrize("path", [f"{API}/nothing", "/", "/nothing", f"{API}", f"{API}/bids/1/2/3", f"{API}/spaces/"])
def test_an_unknown_path_gets_404_in_the_apis_error_format(platform: Platform, path: str) -> None:
    answer = send(platform.url, "GET", path)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert set(answer.json["error"]) == {"code", "message", "details"}
    assert set(answer.json["meta"]) == {"timestamp", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"{API}/bids", {"GET", "POST"}),
        ("POST", f"{API}/contracts/01a1fc0d-9380-7063-a9c4-6d6c89781419/sign", {"PATCH"}),
        ("PUT", "/health", {"GET"}),
        ("GET", f"{API}/auth/login", {"POST"}),
    ],
)
def test_a_wrong_method_gets_405_with_the_allowed_methods(
    platform: Platform, method: str, path: str, allowed: set[str]
) -> None:
    answer = send(platform.url, method, path)
    assert (answer.status, answer.code) == (405, "METHOD_NOT_ALLOWED")
    assert set(answer.headers["allow"].split(", ")) == allowed


def test_an_unknown_query_parameter_gets_400_with_its_name(platform: Platform, client: Person) -> None:
    for answer in (
        send(platform.url, "GET", f"{API}/spaces?colour=red"),
        send(platform.url, "GET", "/health?colour=red"),
        client.ask("GET", "/bids?colour=red"),
        client.ask("POST", "/bids?colour=red", {}),
    ):
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
        assert "colour" in [detail["field"] for detail in answer.json["error"]["details"]]


@pytest.mark.parametrize(
    "body",
    [
        b'{"space_id": "x", "space_id": "y"}',
        b'{"bid_amount": NaN}',
        b'{"bid_amount": Infinity}',
        b"[1]",
        b"nonsense",
        b'"text"',
        b"\xff\xfe",
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"bid_amount": ' + b"1" * 5000 + b"}",
        json.dumps({"notes": "x" * 300 * 1024}).encode(),
    ],
    ids=["twice", "nan", "infinity", "list", "nonsense", "text", "bytes", "deep", "deep lists", "digits", "300 KB"],
)
def test_a_body_that_is_not_a_strict_json_object_gets_400(client: Person, body: bytes) -> None:
    answer = client.ask("POST", "/bids", body)
    assert (answer.status, answer.code) == (400, "MALFORMED_JSON"), answer.body[:300]


@pytest.mark.parametrize("amount", ["-1", "0", "0.001", '"1e2"', '" 5 "', '"1_000"', '"١٢"', "true", "1e12", "null"])
def test_an_invalid_amount_gets_400_with_its_field(owner: Person, client: Person, amount: str) -> None:
    space = new_space(owner)
    answer = client.ask("POST", "/bids", f'{{"space_id": "{space["id"]}", "bid_amount": {amount}}}'.encode())
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR"), answer.body
    assert [detail["field"] for detail in answer.json["error"]["details"]] == ["bid_amount"]


def test_a_body_over_ten_megabytes_gets_413_from_api_gateway(client: Person) -> None:
    answer = client.ask("POST", "/bids", b" " * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json) == (413, {"message": "Request Entity Too Large"})


def test_a_get_response_has_an_etag_and_rate_limit_headers(platform: Platform) -> None:
    def counted() -> bool:
        first, second = (send(platform.url, "GET", f"{API}/spaces?max_price=0.01") for _ in range(2))
        assert first.headers["etag"] == second.headers["etag"]
        assert int(first.headers["x-ratelimit-limit"]) == 20_000
        return int(first.headers["x-ratelimit-remaining"]) > int(second.headers["x-ratelimit-remaining"]) >= 0

    # As many as asked a minute ago become free between the two.
    until(counted)
