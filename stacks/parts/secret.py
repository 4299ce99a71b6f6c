"""A secret that an operator fills in: until then it contains a random value."""

from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.parts.grants import Provided
from stacks.parts.platform import Platform


def operators_secret(scope: Construct, id: str, platform: Platform, name: str, generated: str) -> Provided:
    """A JSON object in Secrets Manager, with one generated value under the name `generated`."""
    secret = secretsmanager.Secret(
        scope,
        id,
        secret_name=platform.stage.named(name),
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template="{}",  # noqa: S106 (an empty object)
            generate_string_key=generated,
            exclude_punctuation=True,
            password_length=64,
        ),
        removal_policy=platform.stage.removal_policy,
    )
    return Provided(secret.secret_arn, secret.secret_arn)
