"""The web firewall in front of CloudFront: it blocks clients that send too much, and requests in bad faith."""

import json

from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from shared.kit.errors import RateLimited, Unavailable
from stacks.stage import Stage

REQUESTS = 6000
"""How many requests one IP address may send in five minutes. The platform's own limits count each user; this one
stops floods, and an office of fifty people behind one address stays below it."""

# Request bodies are JSON that is never rendered or evaluated: text that contains a tag, a path or an address is stored
# as it is (spec quality 57), and a body may be as large as the API accepts. API clients need no User-Agent.
NOT_OURS = [
    "CrossSiteScripting_BODY",
    "EC2MetaDataSSRF_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "NoUserAgent_HEADER",
    "SizeRestrictions_BODY",
]

SECRETS = ["authorization", "cookie", "x-refresh-token"]
"""Headers that carry tokens."""

RETRY_AFTER = 300
"""Seconds."""


def firewall(scope: Construct, stage: Stage) -> str:
    """Add the firewall to the stack, and return its ARN."""
    made = waf.CfnWebACL(
        scope,
        "Firewall",
        name=stage.named("front"),
        scope="CLOUDFRONT",
        default_action=_otherwise(stage),
        visibility_config=_visible("all"),
        custom_response_bodies={
            "TooMany": _body(RateLimited.code, RateLimited.message),
            "Closed": _body(Unavailable.code, stage.closed or Unavailable.message),
        },
        # In the firewall's log and in the samples that the console shows.
        data_protection_config=waf.CfnWebACL.DataProtectionConfigProperty(
            data_protections=[
                _hidden("QUERY_STRING"),
                _hidden("SINGLE_HEADER", SECRETS),
            ]
        ),
        rules=[
            _flood(),
            _managed(1, "AWSManagedRulesCommonRuleSet", counted=NOT_OURS),
            _managed(2, "AWSManagedRulesKnownBadInputsRuleSet"),
        ],
    )
    _log(scope, stage, made)
    return made.attr_arn


def _otherwise(stage: Stage) -> waf.CfnWebACL.DefaultActionProperty:
    if stage.closed:
        return waf.CfnWebACL.DefaultActionProperty(block=_refusal(Unavailable.status, "Closed"))
    return waf.CfnWebACL.DefaultActionProperty(allow={})


def _body(code: str, message: str) -> waf.CfnWebACL.CustomResponseBodyProperty:
    """The API's own error format (spec 1), without the time and the id, which a fixed text cannot contain."""
    error = {"code": code, "message": message, "details": [], "retry_after": RETRY_AFTER}
    return waf.CfnWebACL.CustomResponseBodyProperty(
        content=json.dumps({"error": error}), content_type="APPLICATION_JSON"
    )


def _refusal(status: int, body: str) -> waf.CfnWebACL.BlockActionProperty:
    return waf.CfnWebACL.BlockActionProperty(
        custom_response=waf.CfnWebACL.CustomResponseProperty(
            response_code=status,
            custom_response_body_key=body,
            response_headers=[waf.CfnWebACL.CustomHTTPHeaderProperty(name="Retry-After", value=str(RETRY_AFTER))],
        )
    )


def _flood() -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name="flood",
        priority=0,
        action=waf.CfnWebACL.RuleActionProperty(block=_refusal(RateLimited.status, "TooMany")),
        statement=waf.CfnWebACL.StatementProperty(
            rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=REQUESTS, evaluation_window_sec=300
            )
        ),
        visibility_config=_visible("flood"),
    )


def _managed(priority: int, name: str, counted: list[str] | None = None) -> waf.CfnWebACL.RuleProperty:
    count = waf.CfnWebACL.RuleActionProperty(count={})
    return waf.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        statement=waf.CfnWebACL.StatementProperty(
            managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=name,
                rule_action_overrides=[
                    waf.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count) for rule in counted or []
                ]
                or None,
            )
        ),
        visibility_config=_visible(name),
    )


def _visible(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
    )


def _hidden(kind: str, keys: list[str] | None = None) -> waf.CfnWebACL.DataProtectProperty:
    return waf.CfnWebACL.DataProtectProperty(
        action="SUBSTITUTION", field=waf.CfnWebACL.FieldToProtectProperty(field_type=kind, field_keys=keys)
    )


def _log(scope: Construct, stage: Stage, made: waf.CfnWebACL) -> None:
    """A log of blocked requests, so that someone blocked by mistake can be told why."""
    group = logs.LogGroup(
        scope,
        "FirewallLogs",
        # The firewall writes only to log groups with this prefix.
        log_group_name=f"aws-waf-logs-{stage.named('front')}",
        retention=stage.retention,
        removal_policy=stage.removal_policy,
    )
    waf.CfnLoggingConfiguration(
        scope,
        "FirewallLogging",
        resource_arn=made.attr_arn,
        log_destination_configs=[group.log_group_arn],
        logging_filter={
            "DefaultBehavior": "DROP",
            "Filters": [
                {
                    "Behavior": "KEEP",
                    "Requirement": "MEETS_ANY",
                    "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                }
            ],
        },
    )
