"""What each stage's settings make of the stacks: production keeps its data, another region has its copies."""

import json

import pytest
from aws_cdk import App

from shared.kit.catalog import Operation, requested
from stacks.stage import stage_of
from tests.architecture.templates import CHOSEN, OWNER, Templates


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ({}, "mail_domain"),
        ({"cors_origins": "https://a.example"}, "mail_domain"),
        ({"mail_domain": "a.example", "cors_origins": "https://a.example", "domain": "a.example"}, "certificate"),
    ],
)
def test_production_requires_the_owners_settings(context: dict[str, str], sentence: str) -> None:
    with pytest.raises(SystemExit, match=sentence):
        stage_of(App(context={"stage": "prod"} | context).node)


def test_the_command_line_overrides_a_stages_settings() -> None:
    context = {"stage": "prod", "prod": OWNER | {"origin_secrets": "b,a"}, "mail_domain": "other.example"}

    stage = stage_of(App(context=context).node)

    assert (stage.cors_origins, stage.origin_secrets) == ((OWNER["cors_origins"],), ("b", "a"))
    assert stage.mail_domain == "other.example"


def test_production_keeps_its_data(prod: Templates) -> None:
    ((_, name, cluster),) = prod.all("AWS::RDS::DBCluster")
    assert (cluster["DeletionProtection"], cluster["BackupRetentionPeriod"], cluster["StorageEncrypted"]) == (
        True,
        35,
        True,
    )
    assert prod.stacks["Database"][name]["DeletionPolicy"] == "Retain"
    assert len(list(prod.all("AWS::RDS::DBInstance"))) == 2
    assert len(list(prod.all("AWS::RDS::DBProxy"))) == 1
    assert all(stack.termination_protection for stack in prod.assembly.stacks)


def test_only_production_requires_verified_addresses(
    dev: Templates, prod: Templates, operations: tuple[Operation, ...]
) -> None:
    for templates, asked in ((dev, "0"), (prod, "1")):
        functions = templates.functions()
        verified = [functions[operation.handler] for operation in requested(operations) if operation.verified]
        assert {each["Environment"]["Variables"].get("REQUIRE_VERIFIED_EMAIL") for each in verified} == {asked}


def test_documents_outlive_the_backups_of_the_database(dev: Templates, prod: Templates) -> None:
    for templates in (dev, prod):
        ((_, _, cluster),) = templates.all("AWS::RDS::DBCluster")
        for stack, name, bucket in templates.all("AWS::S3::Bucket"):
            if stack.lower().endswith("exports"):
                continue  # what it holds can be asked for again
            rule, *_ = bucket["LifecycleConfiguration"]["Rules"]
            assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
            kept = rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
            # Who deletes what proved their identity wants it gone.
            assert kept == 1 if name.startswith("Identity") else kept > cluster["BackupRetentionPeriod"], name
            assert templates.stacks[stack][name]["DeletionPolicy"] == "Retain"


def test_a_restored_database_is_used_and_no_export_is_removed(prod: Templates, elsewhere: Templates) -> None:
    clusters = {name: cluster for _, name, cluster in elsewhere.all("AWS::RDS::DBCluster")}
    first, restored = sorted(clusters, key=lambda name: "SourceDBClusterIdentifier" in clusters[name])
    assert clusters[restored]["SourceDBClusterIdentifier"] == {"Ref": first}
    assert clusters[restored]["RestoreToTime"] == CHOSEN["restores"]
    assert {"MasterUsername", "DatabaseName", "StorageEncrypted"} & clusters[restored].keys() == set()
    ((_, _, proxied),) = elsewhere.all("AWS::RDS::DBProxyTargetGroup")
    assert proxied["DBClusterIdentifiers"] == [{"Ref": restored}]
    migrate = elsewhere.functions()["functions.system.migrate_schema.migrate_schema"]
    assert f"FnGetAtt{restored}Endpoint" in json.dumps(migrate["Environment"])
    # CloudFormation refuses to take away what another stack still imports.
    assert exports(prod) - exports(elsewhere) == set()


def test_backups_are_copied_to_the_other_region(elsewhere: Templates) -> None:
    regions = {stack.id: stack.environment.region for stack in elsewhere.assembly.stacks}
    assert (regions.pop("Copies"), regions.pop("Front")) == (CHOSEN["backup_region"], "us-east-1")
    assert set(regions.values()) == {CHOSEN["region"]}
    ((_, _, plan),) = elsewhere.all("AWS::Backup::BackupPlan")
    (rule,) = plan["BackupPlan"]["BackupPlanRule"]
    (copy,) = rule["CopyActions"]
    assert CHOSEN["backup_region"] in json.dumps(copy["DestinationBackupVaultArn"])
    ((_, _, selection),) = elsewhere.all("AWS::Backup::BackupSelection")
    assert len(selection["BackupSelection"]["Resources"]) == 2


def exports(templates: Templates) -> set[str]:
    """What the database tells other stacks, by name."""
    outputs = next(stack for stack in templates.assembly.stacks if stack.id == "Database").template["Outputs"]
    return {output["Export"]["Name"] for output in outputs.values()}
