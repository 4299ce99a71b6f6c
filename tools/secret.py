"""Fill in an operator's secret, from a file: `python -m tools.secret accounting-apps apps.json [--stage prod]`.

The runbooks say what each secret holds: `docusign`, `docusign-keys`, `oauth`, `accounting-apps`, `twilio`, `push-apps`.
Without a stage it is the secret of the platform that runs on this machine, otherwise the one in the AWS account of your
credentials. The new value replaces the old one as a whole; functions use it within a minute.
"""

import argparse
import json
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.cloud.problem import CHECKOUT, Problem
from tools.operate import place


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.secret", description=__doc__)
    parser.add_argument("secret", help="its name without leasing-<stage>-")
    parser.add_argument("file", type=Path, help="a JSON object")
    parser.add_argument("--stage", default="local")
    parser.add_argument("--state", type=Path, default=CHECKOUT / ".local", help="of the local platform")
    given = parser.parse_args()
    try:
        fill(given.secret, given.file, given.stage, given.state)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"leasing-{given.stage}-{given.secret} is filled in")
    return 0


def fill(secret: str, file: Path, stage: str, state: Path) -> None:
    """Replace the secret with what stands in the file. Raises Problem if it cannot be."""
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise Problem(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise Problem(f"{file} holds no JSON object.")
    try:
        secrets = boto3.client("secretsmanager", **place(stage, state))
        secrets.put_secret_value(SecretId=f"leasing-{stage}-{secret}", SecretString=json.dumps(value))
    except (BotoCoreError, ClientError) as error:
        raise Problem(f"leasing-{stage}-{secret} was not filled in: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
