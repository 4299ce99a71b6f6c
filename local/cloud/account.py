"""The AWS account and region of this machine, which exist nowhere else."""

REGION = "us-east-1"
ACCOUNT = "123456789012"
