"""The HTTP APIs: none is full, and another one behind the same address needs nothing but a line in a table."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from shared.kit.catalog import HttpOperation, Operation
from stacks import apis
from stacks.parts.http_apis import HttpApi, apis_of
from tests.architecture.templates import Templates, synthesize

LIMIT = 300
"""Integrations of one API; AWS raises it for nobody."""
MOST = 270


def test_no_http_api_comes_near_the_limit_of_integrations(
    local: Templates, dev: Templates, operations: tuple[Operation, ...]
) -> None:
    for templates in (local, dev):
        counted = integrations(templates)
        # What answers where nothing else does is in every API.
        refusals = len(apis.HTTP_APIS) - 1
        assert sum(counted.values()) == sum(isinstance(each, HttpOperation) for each in operations) + refusals
        crowded = {api: count for api, count in counted.items() if count >= MOST}
        assert crowded == {}, (
            f"An HTTP API has at most {LIMIT} integrations: put a second one behind the same domain, "
            "by a line in HTTP_APIS (stacks/apis.py)."
        )


def test_a_path_leads_to_the_api_that_has_it_and_every_other_to_the_first(operations: tuple[Operation, ...]) -> None:
    rent_roll, refuse = (by_name(operations, name) for name in ("show_rent_roll", "refuse_route"))
    first, reports, part = (
        HttpApi("Http", None),
        HttpApi("Reports", None, ("/api/v1/reports",)),
        HttpApi("Part", None, ("/api",)),
    )  # type: ignore[arg-type]

    assert list(apis_of(rent_roll, [first, reports])) == [reports]
    assert list(apis_of(rent_roll, [first, HttpApi("Other", None, ("/api/v1/report",))])) == [first]  # type: ignore[arg-type]
    assert list(apis_of(rent_roll, [first, part])) == [part]
    # What has no route of its own is refused by every API.
    assert list(apis_of(refuse, [first, reports])) == [first, reports]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Iterator[Templates]:
    """The development stage, reports behind an API of their own; of the words only some."""
    some = tuple(each for each in operations if each.word in ("auth", "realtime", "reports", "system"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apis, "HTTP_APIS", {"Http": (), "Reports": ("/api/v1/reports",)})
        yield synthesize(tmp_path_factory.mktemp("two"), "dev", some)


def test_a_second_api_has_its_own_routes_and_their_refusals(two: Templates) -> None:
    routes = {(api_of(route), route["RouteKey"]) for _, _, route in two.all("AWS::ApiGatewayV2::Route")}
    reports = {key for api, key in routes if api == "ReportsApi"}
    others = {key for api, key in routes if api == "HttpApi"}
    assert reports - {"$default"} == {key for key in reports if "/api/v1/reports/" in key} != set()
    assert reports & others == {"$default"}
    assert not [key for key in others if "/api/v1/reports" in key]


def test_a_second_api_has_its_own_authorizer_and_throttles(two: Templates) -> None:
    authorizers = {api_of(each): name for _, name, each in two.all("AWS::ApiGatewayV2::Authorizer")}
    assert authorizers.keys() == {"HttpApi", "ReportsApi"}
    for _, _, route in two.all("AWS::ApiGatewayV2::Route"):
        if route["AuthorizationType"] == "CUSTOM":
            assert authorizers[api_of(route)] in json.dumps(route["AuthorizerId"]), route["RouteKey"]
    throttled = {api_of(each) for _, _, each in two.all("AWS::ApiGatewayV2::Stage") if each["DefaultRouteSettings"]}
    assert throttled > authorizers.keys()


def test_cloudfront_tells_the_apis_apart_by_the_path(two: Templates) -> None:
    [(_, _, found)] = two.all("AWS::CloudFront::Distribution")
    distribution = found["DistributionConfig"]
    origin = {each["Id"]: json.dumps(each["DomainName"]) for each in distribution["Origins"]}
    leads = {each["PathPattern"]: origin[each["TargetOriginId"]] for each in distribution["CacheBehaviors"]}
    assert leads.keys() == {"/ws", "/media/*", "/api/v1/reports", "/api/v1/reports/*"}
    assert all("RefReportsApi" in leads[path] for path in ("/api/v1/reports", "/api/v1/reports/*"))
    assert "RefHttpApi" in origin[distribution["DefaultCacheBehavior"]["TargetOriginId"]]
    # Sockets, the bucket of public files, and the two HTTP APIs.
    assert len(origin) == 4


def test_alarms_watch_both_apis(two: Templates) -> None:
    for name, together in (("ErrorsCritical", "SUM"), ("LatencyCritical", "MAX")):
        [alarm] = [each for _, id, each in two.all("AWS::CloudWatch::Alarm") if id.startswith(name)]
        told = json.dumps(alarm["Metrics"])
        assert "RefReportsApi" in told and "RefHttpApi" in told
        assert f"{together}([" in told


def by_name(operations: tuple[Operation, ...], name: str) -> Operation:
    return next(operation for operation in operations if operation.name == name)


def integrations(templates: Templates) -> Counter[str]:
    """HTTP API → how many integrations it has."""
    found = Counter(api_of(each) for _, _, each in templates.all("AWS::ApiGatewayV2::Integration"))
    del found["SocketApi"]
    return found


def api_of(properties: dict[str, Any]) -> str:
    """The API that a route, an integration, a stage or an authorizer belongs to."""
    told = json.dumps(properties["ApiId"])
    return next(name for name in ("ReportsApi", "BackOfficeApi", "SocketApi", "HttpApi") if name in told)
