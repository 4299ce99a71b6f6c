"""Nobody may do what it does not do: each grant is used by the code that has it, and all that is used is granted."""

from collections import Counter

import pytest

from shared.kit.catalog import DATABASE_USERS, HttpOperation, Operation
from shared.kit.resources import all_uses, grant_of
from tests.architecture.reach import Name, Source
from tests.architecture.templates import Templates, listed

USED_BY = {
    "admin_secret.read": {"admin_secret"},
    "bus.put": {"AWSEvents.PutEvents"},
    "accounting.send": {"accounting"},
    "accounting_apps.read": {"accounting_apps"},
    "accounting_tokens.read": {"kept_tokens"},
    "accounting_tokens.write": {"keep_tokens", "forget_tokens", "_claim"},
    "derive_key.mac": {"TrentService.GenerateMac"},
    "documents.read": {"read_object"},
    "documents.write": {"write_object", "write_new_object"},
    "documents.delete": {"delete_object"},
    # S3 says that there is no such object only to whoever may list the bucket.
    "documents.check": {"read_object", "bucket_answers"},
    "docusign.read": {"docusign"},
    "docusign_keys.read": {"docusign_keys"},
    "oauth.read": {"oauth"},
    "export_secrets.read": {"credentials_of"},
    "export_secrets.write": {"keep_credentials"},
    "device_pushes.send": {"device_pushes"},
    "exports.read": {"linked_export", "credentials_of"},
    "exports.write": {"write_whole"},
    "files.delete": {"delete_objects"},
    "files.list": {"read_arrived", "list_objects_v2"},
    "files.read": {"read_arrived", "DownloadLink", "fetched_file"},
    "files.receive": {"presigned_form"},
    "files.write": {"keep_checked", "keep_sheet"},
    "identity.delete": {"delete_objects"},
    "identity.list": {"read_arrived", "list_objects_v2"},
    "identity.read": {"read_arrived"},
    "identity.receive": {"presigned_form"},
    "identity.write": {"keep_checked"},
    "identity_key.use": {"presigned_form", "read_arrived", "keep_checked"},
    "mail.send": {"mail"},
    "media.delete": {"delete_objects"},
    "media.list": {"logo_of", "list_objects_v2"},
    "media.read": {"logo_of", "DownloadLink"},
    "media.write": {"keep_checked"},
    "push.send": {"push"},
    "push_apps.read": {"push_apps"},
    "relay.send": {"emit", "nudge_relay"},
    "saga.resume": {"AWSStepFunctions.SendTaskSuccess", "AWSStepFunctions.SendTaskFailure"},
    "saga.start": {"AWSStepFunctions.StartExecution"},
    "seal_key.read": {"TrentService.GetPublicKey"},
    "seal_key.sign": {"TrentService.Sign"},
    "ses.send": {"send_email"},
    "signing_key.read": {"TrentService.GetPublicKey"},
    "signing_key.sign": {"TrentService.Sign"},
    "sns_push.register": {"create_platform_endpoint"},
    "sns_push.send": {"delete_endpoint"},
    "sockets.post": {"post_to_connection"},
    "sockets_to_close.send": {"sockets_to_close"},
    "texts.send": {"texts"},
    "token_key.decrypt": {"TrentService.Decrypt"},
    "token_key.encrypt": {"TrentService.Encrypt"},
    "twilio.read": {"twilio"},
    # What they report is sent after their batch.
    "webhook_results.send": {"webhook_results", "_reports"},
    "webhook_retries.send": {"webhook_retries"},
    "webhooks.send": {"webhooks"},
}
"""Grant → the words of which one stands in whatever uses it: the call's name, or the resource's."""

COMMON_WORDS = {"mail.send", "push.send", "texts.send"}
"""Their words mean other things, too: that nothing lacks them is seen by the tests that send."""


@pytest.fixture(scope="module")
def source() -> Source:
    return Source()


def from_kit(operation: Operation) -> list[Name]:
    """What the kit calls on the operation's behalf: it reads the token of whoever may send one."""
    is_public = isinstance(operation, HttpOperation) and operation.is_public
    knows_visitor = is_public and "caller" in operation.function.__annotations__
    return [("shared.kit.tokens", "claims_of")] if knows_visitor or operation.kind == "authorizer" else []


def words_of(source: Source, operation: Operation) -> set[str]:
    starts = [(operation.module, operation.name), *from_kit(operation)]
    return set().union(*(source.words_of(*start) for start in starts))


def names_another_key(use: str, words: set[str]) -> bool:
    """Whether the call is made with another key than the grant's: two keys that sign share the call's name."""
    name = use.partition(".")[0]
    return name.endswith("_key") and name not in words


def test_every_grant_is_tested_here() -> None:
    assert sorted(USED_BY) == sorted(all_uses()), "add to USED_BY which calls a new grant is for"


def test_every_grant_is_used(source: Source, operations: tuple[Operation, ...]) -> None:
    unused = [
        f"{operation.name}: {use}"
        for operation in operations
        for words in [words_of(source, operation)]
        for use in operation.uses
        if not USED_BY[use] & words
    ]
    assert unused == []


def test_every_used_action_is_granted(source: Source, operations: tuple[Operation, ...]) -> None:
    missing = [
        f"{operation.name}: {use}"
        for operation in operations
        for words in [words_of(source, operation)]
        for use in set(all_uses()) - COMMON_WORDS - set(operation.uses)
        if USED_BY[use] & words and not names_another_key(use, words)
    ]
    assert missing == []


def test_every_grant_is_declared_by_an_operation(operations: tuple[Operation, ...]) -> None:
    granted = Counter(use for operation in operations for use in operation.uses)
    assert set(granted) == set(all_uses())


RUNNING = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
NETWORK = {"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"}
RECEIVING = {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"}

OTHERS = {
    "events:DeleteRule": "GuardDuty hears what arrives in the uploads' buckets",
    "events:DescribeRule": "as above",
    "events:ListTargetsByRule": "as above",
    "events:PutRule": "as above",
    "events:PutTargets": "as above",
    "events:RemoveTargets": "as above",
    "kms:Decrypt": "GuardDuty reads what arrives in the identity bucket",
    "kms:GenerateDataKey": "as above",
    "lambda:InvokeFunction": "API Gateway, the scheduler, the saga and the deployment's trigger call functions",
    "logs:CreateLogDelivery": "Step Functions logs executions",
    "logs:CreateLogStream": "the network logs what it rejects",
    "logs:DeleteLogDelivery": "as above: Step Functions",
    "logs:DescribeLogGroups": "as above: Step Functions",
    "logs:DescribeLogStreams": "as above: the network",
    "logs:DescribeResourcePolicies": "as above: Step Functions",
    "logs:GetLogDelivery": "as above: Step Functions",
    "logs:ListLogDeliveries": "as above: Step Functions",
    "logs:PutLogEvents": "as above: the network",
    "logs:PutResourcePolicy": "as above: Step Functions",
    "logs:UpdateLogDelivery": "as above: Step Functions",
    "rds-db:connect": "the database's proxy logs in as whoever asks it",
    "s3:GetBucketNotification": "GuardDuty hears what arrives in the uploads' buckets, reads it and tags it",
    "s3:GetObject": "as above",
    "s3:GetObjectTagging": "as above",
    "s3:GetObjectVersion": "as above",
    "s3:GetObjectVersionTagging": "as above",
    "s3:ListBucket": "as above",
    "s3:PutBucketNotification": "as above",
    "s3:PutObject": "GuardDuty writes a file of its own to see that it may",
    "s3:PutObjectTagging": "as above: what it has scanned",
    "s3:PutObjectVersionTagging": "as above",
    "sqs:SendMessage": "the scheduler wakes the relay",
    "xray:GetSamplingRules": "Step Functions traces executions",
    "xray:GetSamplingTargets": "as above",
    "xray:PutTelemetryRecords": "as above",
    "xray:PutTraceSegments": "as above",
}
"""What may be done by others than our functions, and by whom."""


def explained(operation: Operation) -> set[str]:
    """What its declaration says that it must be able to do."""
    found = {action for use in operation.uses for action in grant_of(use).actions} | RUNNING
    found |= NETWORK if operation.vpc else set()
    found |= {"rds-db:connect"} if operation.database in DATABASE_USERS else set()
    found |= {"elasticache:Connect"} if operation.knows_valkey else set()
    found |= RECEIVING if operation.kind in ("consumer", "worker") else set()
    return found


def test_every_function_may_do_what_it_declares_and_nothing_else(
    prod: Templates, operations: tuple[Operation, ...]
) -> None:
    for operation in operations:
        allowed = {action for statement in prod.role_of(operation) for action in listed(statement["Action"])}
        assert allowed == explained(operation), operation.name


def test_every_other_permission_is_listed(prod: Templates) -> None:
    ours = {f"{function['stack']}/{function['Role']['Fn::GetAtt'][0]}" for function in prod.functions().values()}
    found = {
        action for where, statement in prod.statements() if where not in ours for action in listed(statement["Action"])
    }
    assert found == OTHERS.keys()
