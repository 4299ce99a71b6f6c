"""The evaluation of a role's policies, case by case as AWS documents it."""

from typing import Any

import pytest

from local.cloud.aws.permissions import Demand, allowed

BUCKET = "arn:aws:s3:::documents"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"


def allow(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition}


def deny(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    return {**allow(action, resource, **condition), "Effect": "Deny"}


GET = Demand("s3:GetObject", f"{BUCKET}/leases/1.pdf")
LIST = Demand("s3:ListBucket", BUCKET, {"s3:prefix": "leases/"})
SIGN = Demand("kms:Sign", KEY, {"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"})
PLAIN = Demand("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:relay")

CASES: dict[str, tuple[list[dict[str, Any]], Demand, bool]] = {
    "nothing said": ([], GET, False),
    "the very action and resource": ([allow("s3:GetObject", GET.resource)], GET, True),
    "another action": ([allow("s3:PutObject", GET.resource)], GET, False),
    "another resource": ([allow("s3:GetObject", f"{BUCKET}/leases/2.pdf")], GET, False),
    "the bucket is not its objects": ([allow("s3:GetObject", BUCKET)], GET, False),
    "all objects": ([allow("s3:GetObject", f"{BUCKET}/*")], GET, True),
    "a star crosses slashes": ([allow("s3:GetObject", f"{BUCKET}/*.pdf")], GET, True),
    "a question mark is one character": ([allow("s3:GetObject", f"{BUCKET}/leases/?.pdf")], GET, True),
    "and not two": ([allow("s3:GetObject", f"{BUCKET}/leases/??.pdf")], GET, False),
    "actions ignore case": ([allow("S3:getobject", f"{BUCKET}/*")], GET, True),
    "resources do not": ([allow("s3:GetObject", f"{BUCKET.upper()}/*")], GET, False),
    "a star in the action": ([allow("s3:Get*", "*")], GET, True),
    "a list of actions": ([allow(["s3:PutObject", "s3:GetObject"])], GET, True),
    "a dot is a dot": ([allow("s3:GetObject", f"{BUCKET}/leases/1xpdf")], GET, False),
    "a deny wins": ([allow("s3:*"), deny("s3:GetObject")], GET, False),
    "in any order": ([deny("s3:GetObject"), allow("s3:*")], GET, False),
    "a deny of something else": ([allow("s3:*"), deny("s3:PutObject")], GET, True),
    "not-action": ([{"Effect": "Allow", "NotAction": "kms:*", "Resource": "*"}], GET, True),
    "not-action, the action itself": ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], GET, False),
    "not-resource": ([allow("s3:*"), {"Effect": "Deny", "Action": "*", "NotResource": f"{BUCKET}/*"}], GET, True),
    "string equals": ([allow("s3:*", StringEquals={"s3:prefix": "leases/"})], LIST, True),
    "string equals, one of several": ([allow("s3:*", StringEquals={"s3:prefix": ["x", "leases/"]})], LIST, True),
    "string equals, other value": ([allow("s3:*", StringEquals={"s3:prefix": "x"})], LIST, False),
    "string like": ([allow("s3:*", StringLike={"s3:prefix": "lea*"})], LIST, True),
    "keys ignore case": ([allow("s3:*", StringEquals={"S3:Prefix": "leases/"})], LIST, True),
    "a missing key": ([allow("sqs:*", StringEquals={"s3:prefix": "x"})], PLAIN, False),
    "a missing key, if exists": ([allow("sqs:*", StringEqualsIfExists={"s3:prefix": "x"})], PLAIN, True),
    "null, true": ([allow("sqs:*", Null={"s3:prefix": "true"})], PLAIN, True),
    "null, false": ([allow("sqs:*", Null={"s3:prefix": "false"})], PLAIN, False),
    "string not equals": ([deny("s3:*", StringNotEquals={"s3:prefix": "leases/"}), allow("s3:*")], LIST, True),
    "string not equals, a missing key": ([deny("*", StringNotEquals={"s3:prefix": "x"}), allow("*")], PLAIN, False),
    "two conditions, one fails": (
        [allow("s3:*", StringEquals={"s3:prefix": "leases/"}, Bool={"aws:SecureTransport": "true"})],
        LIST,
        False,
    ),
    "arn like": (
        [allow("sqs:*", ArnLike={"aws:SourceArn": "arn:aws:events:*:*:rule/*"})],
        Demand("sqs:SendMessage", "q", {"aws:SourceArn": "arn:aws:events:us-east-1:1:rule/a"}),
        True,
    ),
    "bool": ([allow("*", Bool={"a:b": True})], Demand("s3:GetObject", "x", {"a:b": "true"}), True),
    "numeric": ([allow("*", NumericLessThan={"a:n": "10"})], Demand("s3:GetObject", "x", {"a:n": "9"}), True),
    "any value of a set": ([allow("kms:Sign", **{"ForAnyValue:StringEquals": {"a:b": "x"}})], SIGN, False),
    "an operator nobody knows": ([allow("kms:Sign", IpAddress={"aws:SourceIp": "10.0.0.0/8"})], SIGN, False),
    "the algorithm of a signature": (
        [allow("kms:Sign", KEY, StringEquals={"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"})],
        SIGN,
        True,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_policies_mean_what_aws_says(case: str) -> None:
    statements, demand, expected = CASES[case]

    assert allowed(statements, demand) is expected
