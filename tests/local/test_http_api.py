"""What stands between an HTTP client and a function: events, answers and refusals as API Gateway's."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from local.platform import Platform
from tests.local.conftest import PATIENCE, Notes


def test_a_request_becomes_an_event_of_payload_format_2(client: httpx.Client) -> None:
    answer = client.post(
        "/echo?q=1&q=2&empty=",
        json={"a": "ü"},
        headers={"X-Own": "yes", "Cookie": "x=1; y=2", "User-Agent": "test", "X-Forwarded-For": "6.6.6.6"},
    )

    event = answer.json()["event"]
    assert event["version"] == "2.0" and event["routeKey"] == "POST /echo" and event["rawPath"] == "/echo"
    assert event["rawQueryString"] == "q=1&q=2&empty="
    assert event["queryStringParameters"] == {"q": "1,2", "empty": ""}
    assert event["cookies"] == ["x=1", "y=2"] and "cookie" not in event["headers"]
    assert event["headers"]["x-own"] == "yes"
    assert event["body"] == '{"a":"ü"}' and event["isBase64Encoded"] is False
    http = event["requestContext"]["http"]
    assert http == {
        "method": "POST",
        "path": "/echo",
        "protocol": "HTTP/1.1",
        "sourceIp": "127.0.0.1",
        "userAgent": "test",
    }
    assert "pathParameters" not in event and "authorizer" not in event["requestContext"]


def test_absent_parts_of_a_request_are_left_out_of_the_event(cloud: Platform) -> None:
    event = httpx.get(f"{cloud.url}/echo/a/exact", timeout=PATIENCE).json()["event"]

    assert not {"body", "cookies", "queryStringParameters"} & set(event)


def test_a_binary_body_is_passed_in_base64(client: httpx.Client) -> None:
    event = client.post("/echo", content=b"\x00\xff", headers={"content-type": "application/pdf"}).json()["event"]

    assert event["isBase64Encoded"] is True and base64.b64decode(event["body"]) == b"\x00\xff"


@pytest.mark.parametrize(
    ("method", "path", "route", "parameters"),
    [
        ("GET", "/echo/a/exact", "GET /echo/{first}/exact", {"first": "a"}),
        ("GET", "/echo/a/b/c%20d", "ANY /echo/{first}/{rest+}", {"first": "a", "rest": "b/c d"}),
        ("PUT", "/echo/a/exact", "ANY /echo/{first}/{rest+}", {"first": "a", "rest": "exact"}),
        ("GET", "/nowhere", "$default", None),
        ("DELETE", "/echo", "$default", None),
    ],
)
def test_the_most_specific_route_is_chosen(
    client: httpx.Client, method: str, path: str, route: str, parameters: dict[str, str] | None
) -> None:
    event = client.request(method, path).json()["event"]

    assert event["routeKey"] == route
    assert event.get("pathParameters") == parameters


def test_an_answer_keeps_status_headers_and_cookies(client: httpx.Client) -> None:
    answer = client.get("/nowhere")

    assert answer.headers["x-own"] == "1" and "apigw-requestid" in answer.headers
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert client.get("/binary").content == b"%PDF"


def test_a_route_behind_the_authorizer_needs_the_header(client: httpx.Client) -> None:
    answer = client.get("/mine")

    assert (answer.status_code, answer.text) == (401, '{"message":"Unauthorized"}')


def test_the_authorizer_is_asked_once_a_minute_and_its_context_reaches_the_function(client: httpx.Client) -> None:
    first = client.get("/mine", headers={"Authorization": "Bearer me"}).json()["event"]["requestContext"]
    second = client.get("/mine", headers={"Authorization": "Bearer me"}).json()["event"]["requestContext"]

    assert first["authorizer"]["lambda"]["token"] == "Bearer me"
    assert first["authorizer"]["lambda"]["type"] == "REQUEST"
    assert second["authorizer"] == first["authorizer"]


def test_a_caller_whom_the_authorizer_refuses_gets_403(client: httpx.Client) -> None:
    answer = client.get("/mine", headers={"Authorization": "no"})

    assert (answer.status_code, answer.text) == (403, '{"message":"Forbidden"}')


def test_a_burst_above_a_routes_throttle_is_refused(client: httpx.Client) -> None:
    answers = [client.get("/limited") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert answers[-1].text == '{"message":"Too Many Requests"}'


@pytest.mark.parametrize("path", ["/broken", "/dead", "/slow"])
def test_a_function_that_fails_is_an_internal_error_without_detail(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.text) == (500, '{"message":"Internal Server Error"}')


def test_reserved_concurrency_is_a_limit(client: httpx.Client, notes: Notes, tmp_path: Path) -> None:
    let_go = tmp_path / "let go"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/held", json=str(let_go))
        try:
            notes("held")
            second = client.post("/held", json=str(let_go))
        finally:
            let_go.touch()

    assert (first.result().status_code, second.status_code) == (200, 503)


def test_too_large_a_body_is_refused(client: httpx.Client) -> None:
    for size in (10 * 1024 * 1024 + 1, 7 * 1024 * 1024):
        assert client.post("/echo", content=b"x" * size).status_code == 413


def test_too_many_headers_are_refused(client: httpx.Client) -> None:
    assert client.get("/nowhere", headers={"x-long": "x" * 10_300}).status_code == 431


def test_a_preflight_is_answered_without_a_function(client: httpx.Client) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}
    answer = client.options("/mine", headers=asked)

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-methods"] == "GET"
    assert answer.headers["access-control-max-age"] == "600"


def test_only_a_listed_origin_is_allowed(client: httpx.Client) -> None:
    # The function's own "*" is ignored once the API has a CORS configuration.
    stranger = client.get("/nowhere", headers={"Origin": "https://evil.example"})
    friend = client.get("/nowhere", headers={"Origin": "https://shop.example"})

    assert "access-control-allow-origin" not in stranger.headers
    assert friend.headers["access-control-allow-origin"] == "https://shop.example"


@pytest.mark.parametrize(
    ("method", "path", "api", "route"),
    [
        ("GET", "/others/7", "second", "GET /others/{id}"),
        ("GET", "/echo/others/exact", "second", "GET /echo/others/exact"),
        ("POST", "/others/7", "second", "$default"),
        ("GET", "/echo/mine/exact", "api", "GET /echo/{first}/exact"),
        ("GET", "/others", "api", "$default"),
    ],
)
def test_of_two_apis_the_one_with_the_most_literal_route_answers(
    client: httpx.Client, method: str, path: str, api: str, route: str
) -> None:
    event = client.request(method, path).json()["event"]

    assert (event["requestContext"]["apiId"], event["routeKey"]) == (api, route)
