"""What the stacks make for uploads: where files arrive, who may put them there, and who scans them."""

import json

from shared.kit.catalog import Operation
from tests.architecture.templates import OWNER, Templates, listed


def buckets(templates: Templates) -> dict[str, dict[str, object]]:
    """The uploads' buckets, by the beginning of their logical ids."""
    found = {name: bucket for stack, name, bucket in templates.all("AWS::S3::Bucket") if stack == "Storage"}
    return {
        kind: bucket
        for kind in ("Files", "Identity", "Media")
        for name, bucket in found.items()
        if name.startswith(kind)
    }


def test_pages_of_the_stages_origins_post_forms_to_both_buckets(prod: Templates) -> None:
    for kind, methods in (("Files", {"GET", "POST"}), ("Identity", {"POST"}), ("Media", {"GET", "HEAD"})):
        [rule] = buckets(prod)[kind]["CorsConfiguration"]["CorsRules"]  # type: ignore[index]
        assert rule["AllowedOrigins"] == [OWNER["cors_origins"]]
        assert set(rule["AllowedMethods"]) == methods


def test_every_version_is_kept_and_who_somebody_is_has_a_key_of_its_own(prod: Templates) -> None:
    found = buckets(prod)
    for bucket in found.values():
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}  # type: ignore[attr-defined]
    keys = {kind: "IdentityKey" in json.dumps(bucket["BucketEncryption"]) for kind, bucket in found.items()}
    assert keys == {"Files": False, "Identity": True, "Media": False}


def test_what_was_never_completed_goes_even_if_nobody_deletes_it(prod: Templates) -> None:
    for kind in ("Files", "Identity"):
        rules = buckets(prod)[kind]["LifecycleConfiguration"]["Rules"]  # type: ignore[index]
        [arrived] = [rule for rule in rules if rule.get("Prefix") == "incoming/"]
        assert (arrived["ExpirationInDays"], arrived["NoncurrentVersionExpiration"]["NoncurrentDays"]) == (2, 1)


def test_whoever_has_a_form_acts_with_the_right_to_add_what_nobody_reads(
    prod: Templates, operations: tuple[Operation, ...]
) -> None:
    [create] = [operation for operation in operations if operation.name == "create_upload"]
    allowed = [
        (action, json.dumps(resource))
        for statement in prod.role_of(create)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if action.startswith("s3:")
    ]
    assert {action for action, _ in allowed} == {"s3:PutObject"}
    assert all(resource.endswith('"/incoming/*"]]}') for _, resource in allowed)


def test_in_production_guardduty_scans_what_arrives_and_its_reports_are_heard(prod: Templates, dev: Templates) -> None:
    plans = [plan for _, _, plan in prod.all("AWS::GuardDuty::MalwareProtectionPlan")]
    assert len(plans) == 2
    assert {tuple(plan["ProtectedResource"]["S3Bucket"]["ObjectPrefixes"]) for plan in plans} == {("incoming/",)}
    assert {plan["Actions"]["Tagging"]["Status"] for plan in plans} == {"ENABLED"}
    [rule] = [
        rule for _, _, rule in prod.all("AWS::Events::Rule") if rule["EventPattern"].get("source") == ["aws.guardduty"]
    ]
    # The account's default bus.
    assert "EventBusName" not in rule
    assert len(rule["EventPattern"]["detail"]["s3ObjectDetails"]["bucketName"]) == 2
    assert "Scans" in json.dumps(rule["Targets"])
    scans = {
        stage: {
            properties["Environment"]["Variables"].get("SCAN_UPLOADS")
            for handler, properties in templates.functions().items()
            if handler.startswith("functions.files.")
        }
        for stage, templates in (("prod", prod), ("dev", dev))
    }
    assert scans == {"prod": {"1"}, "dev": {"0"}}
    assert not list(dev.all("AWS::GuardDuty::MalwareProtectionPlan"))
