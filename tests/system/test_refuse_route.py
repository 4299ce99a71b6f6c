import pytest

from functions.system.refuse_route import refuse_route
from tests.call import http_event


def ask(method, path):
    event = http_event(refuse_route.operation, as_=None)
    event["rawPath"] = path
    event["requestContext"]["http"] |= {"method": method, "path": path}
    return refuse_route(event, None)


@pytest.mark.parametrize("path", ["/", "/api/v1/nope", "/api/v2/bids", "/api/v1/bids/1/2/3"])
def test_an_unknown_route_is_404_in_our_format(path):
    answer = ask("GET", path)

    assert answer["statusCode"] == 404
    assert '"code":"NOT_FOUND"' in answer["body"]
    assert answer["headers"]["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/api/v1/bids", "GET, POST"),
        ("POST", "/health", "GET"),
        ("GET", "/api/v1/bids/0190163d-8694-739b-aea5-966c26f8ad91/approve", "PUT"),
        # GET would find this as /bids/{bid_id}, which it is not.
        ("DELETE", "/api/v1/bids/preview", "POST"),
    ],
)
def test_an_unsupported_method_is_405_with_the_allowed_ones(method, path, allow):
    answer = ask(method, path)

    assert answer["statusCode"] == 405
    assert answer["headers"]["allow"] == allow
