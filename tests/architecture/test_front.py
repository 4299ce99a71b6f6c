"""What stands before the APIs: nothing is kept, nothing cut off, no token written down, and no address is forged."""

import json
from typing import Any

import pytest

from shared.kit.catalog import Operation
from shared.kit.origin import ADDRESS_HEADER, SECRET_HEADER
from shared.kit.reply import SECURITY_HEADERS
from stacks.edge import HTTP_LOG, SOCKET_LOG
from tests.architecture.templates import CHOSEN, Templates

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""CloudFront's own policies; Authorization is among the headers that the second one sends."""


@pytest.fixture
def distribution(dev: Templates) -> dict[str, Any]:
    [(stack, _, found)] = dev.all("AWS::CloudFront::Distribution")
    assert stack == "Front"
    return found["DistributionConfig"]  # type: ignore[no-any-return]


def behaviors(distribution: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the APIs."""
    others = [each for each in distribution["CacheBehaviors"] if each["PathPattern"] != "/media/*"]
    return [distribution["DefaultCacheBehavior"], *others]


def origins(distribution: dict[str, Any]) -> list[dict[str, Any]]:
    """The APIs'."""
    return [each for each in distribution["Origins"] if "CustomOriginConfig" in each]


def test_cloudfront_routes_sockets_and_requests_to_their_apis(distribution: dict[str, Any]) -> None:
    origin = {each["Id"]: json.dumps(each["DomainName"]) for each in distribution["Origins"]}
    [_, sockets, *back_office] = distribution["CacheBehaviors"]
    # The gateway takes the first part of the path for its stage, which is called so.
    assert sockets["PathPattern"] == "/ws"
    assert "RefSocketApi" in origin[sockets["TargetOriginId"]]
    assert back_office
    assert all("RefBackOfficeApi" in origin[behavior["TargetOriginId"]] for behavior in back_office)
    assert "RefHttpApi" in origin[distribution["DefaultCacheBehavior"]["TargetOriginId"]]


def test_cloudfront_forwards_everything_and_caches_nothing(distribution: dict[str, Any]) -> None:
    for behavior in behaviors(distribution):
        assert behavior["CachePolicyId"] == CACHING_DISABLED
        assert behavior["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST
        assert set(behavior["AllowedMethods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
        assert behavior["ViewerProtocolPolicy"] == "https-only"
    # A 404 that one person got is otherwise another one's for ten seconds.
    kept = {error["ErrorCode"]: error["ErrorCachingMinTTL"] for error in distribution["CustomErrorResponses"]}
    assert kept == dict.fromkeys((400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504), 0)
    for origin in origins(distribution):
        assert origin["CustomOriginConfig"]["OriginReadTimeout"] > 30


@pytest.mark.parametrize("templates", ["dev", "local"])
def test_public_files_are_cached_and_run_nothing(templates: str, request: pytest.FixtureRequest) -> None:
    """On one machine as in the cloud."""
    found: Templates = request.getfixturevalue(templates)
    [(_, _, distribution)] = found.all("AWS::CloudFront::Distribution")
    config = distribution["DistributionConfig"]
    [media] = [each for each in config["CacheBehaviors"] if each["PathPattern"] == "/media/*"]
    assert media["CachePolicyId"] == CACHING_OPTIMIZED
    assert set(media["AllowedMethods"]) == {"GET", "HEAD"}
    # Neither query strings nor tokens reach the bucket.
    assert "OriginRequestPolicyId" not in media
    [origin] = [each for each in config["Origins"] if each["Id"] == media["TargetOriginId"]]
    assert "OriginAccessControlId" in origin
    assert "OriginCustomHeaders" not in origin
    policies = [
        policy["ResponseHeadersPolicyConfig"] for _, _, policy in found.all("AWS::CloudFront::ResponseHeadersPolicy")
    ]
    [policy] = [each for each in policies if each["Name"].endswith("-media")]
    security = policy["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"] == {
        "ContentSecurityPolicy": "sandbox; default-src 'none'",
        "Override": True,
    }
    assert security["ContentTypeOptions"] == {"Override": True}
    assert {each["Header"] for each in policy["RemoveHeadersConfig"]["Items"]} >= {
        f"x-amz-meta-{name}" for name in ("user_id", "uploaded_at", "content_type", "size_bytes")
    }


def test_cloudfront_reads_public_files_and_nothing_else(dev: Templates) -> None:
    """Of all buckets, and of what has only just arrived."""
    read = [
        json.dumps(statement["Resource"])
        for _, _, policy in dev.all("AWS::S3::BucketPolicy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "cloudfront" in json.dumps(statement["Principal"])
    ]
    assert len(read) == 1
    assert read[0].endswith('"/media/*"]]}')
    assert "Media" in read[0]


def test_clients_cannot_forge_cloudfronts_headers(dev: Templates, distribution: dict[str, Any]) -> None:
    [(_, teller, function)] = dev.all("AWS::CloudFront::Function")
    assert f"request.headers['{ADDRESS_HEADER}'] = {{ value: event.viewer.ip }}" in function["FunctionCode"]
    for behavior in behaviors(distribution):
        assert behavior["FunctionAssociations"] == [
            {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": [teller, "FunctionARN"]}}
        ]
    for origin in origins(distribution):
        [header] = origin["OriginCustomHeaders"]
        assert header["HeaderName"] == SECRET_HEADER
        assert "{{resolve:secretsmanager:" in json.dumps(header["HeaderValue"])


def test_only_functions_that_answer_clients_know_the_edge_secret(
    dev: Templates, local: Templates, operations: tuple[Operation, ...]
) -> None:
    functions = dev.functions()
    told = {
        operation.name
        for operation in operations
        if "ORIGIN_SECRETS" in functions[operation.handler]["Environment"]["Variables"]
    }
    assert told == {operation.name for operation in operations if operation.kind in ("endpoint", "socket")}
    assert "ORIGIN_SECRETS" not in json.dumps(local.stacks)


def test_rotating_the_edge_secret_refuses_no_request(elsewhere: Templates) -> None:
    """CloudFront sends the first; functions, which are deployed later, take both."""
    [(_, _, found)] = elsewhere.all("AWS::CloudFront::Distribution")
    sent = {json.dumps(origin["OriginCustomHeaders"]) for origin in origins(found["DistributionConfig"])}
    assert len(sent) == 1 and "OriginB" in sent.pop()
    login = elsewhere.functions()["functions.auth.login.login"]["Environment"]["Variables"]
    assert login["ORIGIN_SECRETS"] == ",".join(
        f"{{{{resolve:secretsmanager:leasing-prod-origin-{name}:SecretString:::}}}}" for name in ("b", "a")
    )
    secrets = [secret for stack, _, secret in elsewhere.all("AWS::SecretsManager::Secret") if stack == "Front"]
    assert {secret["Name"] for secret in secrets} == {"leasing-prod-origin-a", "leasing-prod-origin-b"}
    assert all(secret["ReplicaRegions"] == [{"Region": CHOSEN["region"]}] for secret in secrets)


def test_functions_are_deployed_after_the_edge_secret(elsewhere: Templates) -> None:
    stacks = {stack.id: stack for stack in elsewhere.assembly.stacks}
    assert "Front" in {dependency.id for dependency in stacks["Platform"].dependencies}


def test_the_platform_is_known_by_its_domain(dev: Templates, elsewhere: Templates) -> None:
    [(_, _, found)] = elsewhere.all("AWS::CloudFront::Distribution")
    config = found["DistributionConfig"]
    assert config["Aliases"] == [CHOSEN["domain"]]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    authorize = "functions.auth.authorize.authorize"
    told = [stage.functions()[authorize]["Environment"]["Variables"]["PUBLIC_URL"] for stage in (dev, elsewhere)]
    assert "GetAttDistribution" in json.dumps(told[0])
    assert told[1] == f"https://{CHOSEN['domain']}"


def test_answers_of_the_edge_have_the_same_security_headers(dev: Templates, distribution: dict[str, Any]) -> None:
    named = {
        policy["ResponseHeadersPolicyConfig"]["Name"]: (name, policy)
        for _, name, policy in dev.all("AWS::CloudFront::ResponseHeadersPolicy")
    }
    name, policy = named["leasing-dev-security"]
    given = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert all(behavior["ResponseHeadersPolicyId"] == {"Ref": name} for behavior in behaviors(distribution))
    # The page of the documentation has a policy of its own.
    assert not any(header["Override"] for header in given.values())
    age = given["StrictTransportSecurity"]["AccessControlMaxAgeSec"]
    assert {
        "content-security-policy": given["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "strict-transport-security": f"max-age={age}; includeSubDomains",
        "x-content-type-options": "nosniff" if "ContentTypeOptions" in given else None,
        "x-frame-options": given["FrameOptions"]["FrameOption"],
        "x-xss-protection": "1; mode=block" if given["XSSProtection"]["ModeBlock"] else None,
        "referrer-policy": given["ReferrerPolicy"]["ReferrerPolicy"],
    } == {name: value for name, value in SECURITY_HEADERS.items() if name != "cache-control"}


def test_no_access_log_can_contain_a_token(dev: Templates) -> None:
    [(_, _, delivery)] = dev.all("AWS::Logs::Delivery")
    [(_, _, source)] = dev.all("AWS::Logs::DeliverySource")
    assert (source["LogType"], delivery["DeliverySourceName"]) == ("ACCESS_LOGS", source["Name"])
    fields = {field.lower() for field in delivery["RecordFields"]}
    assert {"c-ip", "cs-uri-stem", "sc-status"} <= fields
    assert not {"cs-uri-query", "cs(cookie)", "cs(referer)", "cs-headers", "cs-uri"} & fields

    stages = [stage for _, _, stage in dev.all("AWS::ApiGatewayV2::Stage")]
    assert [json.loads(stage["AccessLogSettings"]["Format"]) for stage in stages] == [HTTP_LOG, HTTP_LOG, SOCKET_LOG]
    written = json.dumps([HTTP_LOG, SOCKET_LOG])
    assert not any(word in written for word in ("header", "query", "authorizer", "$context.path", "body"))
    # Execution logs would have the messages whole.
    assert not any("LoggingLevel" in json.dumps(stage) or "DataTrace" in json.dumps(stage) for stage in stages)


def test_the_firewall_passes_every_request_that_the_api_accepts(dev: Templates, distribution: dict[str, Any]) -> None:
    [(_, name, wall)] = dev.all("AWS::WAFv2::WebACL")
    assert (wall["Scope"], wall["DefaultAction"]) == ("CLOUDFRONT", {"Allow": {}})
    assert distribution["WebACLId"] == {"Fn::GetAtt": [name, "Arn"]}
    rules = {rule["Name"]: rule for rule in wall["Rules"]}
    assert list(rules) == ["flood", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]
    common = rules["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    counted = {rule["Name"] for rule in common["RuleActionOverrides"] if rule["ActionToUse"] == {"Count": {}}}
    assert {"SizeRestrictions_BODY", "CrossSiteScripting_BODY"} <= counted
    flood = rules["flood"]
    assert flood["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
    assert flood["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
    assert json.loads(wall["CustomResponseBodies"]["TooMany"]["Content"])["error"]["code"] == "RATE_LIMIT_EXCEEDED"


def test_a_closed_platform_answers_with_its_reason(elsewhere: Templates) -> None:
    [(_, _, wall)] = elsewhere.all("AWS::WAFv2::WebACL")
    told = wall["DefaultAction"]["Block"]["CustomResponse"]
    assert (told["ResponseCode"], told["ResponseHeaders"]) == (503, [{"Name": "Retry-After", "Value": "300"}])
    answer = json.loads(wall["CustomResponseBodies"][told["CustomResponseBodyKey"]]["Content"])
    assert answer["error"]["message"] == CHOSEN["closed"]


def test_the_firewalls_samples_and_logs_contain_no_token(dev: Templates) -> None:
    [(_, _, wall)] = dev.all("AWS::WAFv2::WebACL")
    hidden = [each["Field"] for each in wall["DataProtectionConfig"]["DataProtections"]]
    assert {"FieldType": "QUERY_STRING"} in hidden
    [headers] = [field["FieldKeys"] for field in hidden if field["FieldType"] == "SINGLE_HEADER"]
    assert {"authorization", "cookie", "x-refresh-token"} == set(headers)
    [(_, _, logging)] = dev.all("AWS::WAFv2::LoggingConfiguration")
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"
