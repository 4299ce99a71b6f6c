"""The stages of the platform, and everything in which they differ.

What only a deployment's owner knows stands in cdk.json under the stage's name, or comes as `-c name=value`;
docs/deploy.md lists it.
"""

from dataclasses import dataclass, replace
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays
from constructs import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One deployment of the platform: `local` on one machine, `dev` and `prod` on AWS."""

    name: str
    cors_origins: tuple[str, ...]
    mail_domain: str
    capacity: tuple[float, float]
    """Aurora's least and most capacity units; a least of 0 lets it sleep."""
    with_proxy: bool
    require_verified_email: bool
    """Who has not proved the e-mail address neither offers nor binds anything (spec 9)."""
    is_permanent: bool
    """Data outlives the stacks, and no stack can be deleted by mistake."""
    backup_days: int
    retention: RetentionDays
    """How long logs are kept."""
    sweep_minutes: int
    """How often the platform looks after itself: for events whose nudge got lost, for its health, for its sockets."""
    region: str | None = "us-east-1"
    """None: whichever the templates are deployed to; CloudFront's part of a stage needs to know it."""
    domain: str = ""
    """The platform's own name; without one it answers under CloudFront's."""
    certificate: str = ""
    """The ARN of the domain's certificate, in us-east-1."""
    origin_secrets: tuple[str, ...] = ("a",)
    """Names of the secrets by which functions know CloudFront; it sends the first, they take them all."""
    closed: str = ""
    """What everybody is told instead of an answer, as long as it says something."""
    restores: tuple[str, ...] = ()
    """Moments (UTC, `2027-03-01T10:15:00Z`) to which the database was put back, one after the other."""
    backup_region: str = ""
    """Where a copy of every day's backup goes, if anywhere."""

    @property
    def has_front(self) -> bool:
        """CloudFront stands before the APIs."""
        return self.name != "local"

    @property
    def sweep(self) -> str:
        """The schedule of whoever looks after the platform."""
        return "rate(1 minute)" if self.sweep_minutes == 1 else f"rate({self.sweep_minutes} minutes)"

    @property
    def removal_policy(self) -> RemovalPolicy:
        return RemovalPolicy.RETAIN if self.is_permanent else RemovalPolicy.DESTROY

    def named(self, name: str) -> str:
        """A physical name that leaves room for the other stages in the same account."""
        return f"leasing-{self.name}-{name}"


DEV = Stage(
    name="dev",
    cors_origins=("http://localhost:3000", "http://localhost:5173"),
    mail_domain="example.com",
    capacity=(0, 4),
    with_proxy=False,
    require_verified_email=False,
    is_permanent=False,
    backup_days=7,
    retention=RetentionDays.ONE_MONTH,
    sweep_minutes=60,
)

STAGES = {
    "local": replace(DEV, name="local", sweep_minutes=1, region=None),
    "dev": DEV,
    "prod": replace(
        DEV,
        name="prod",
        cors_origins=(),
        mail_domain="",
        # The proxy is billed for at least 8 units; with fewer the database would be the narrow part.
        capacity=(2, 32),
        with_proxy=True,
        require_verified_email=True,
        is_permanent=True,
        backup_days=35,
        retention=RetentionDays.ONE_YEAR,
        sweep_minutes=1,
    ),
}


_LISTS = {"cors_origins", "origin_secrets", "restores"}
_FLAGS = {"require_verified_email"}
_GIVEN = sorted(_LISTS | _FLAGS | {"backup_region", "certificate", "closed", "domain", "mail_domain", "region"})


def stage_of(node: Node) -> Stage:
    """The stage that the context names, `-c stage=local|dev|prod`, with the context's own settings.

    Raises SystemExit with a sentence where a stage is unknown or prod lacks what only its owner can know.
    """
    name = node.try_get_context("stage") or "dev"
    if name not in STAGES:
        raise SystemExit(f"There is no stage {name!r}: choose one of {', '.join(STAGES)} (-c stage=…).")
    stage = STAGES[name]
    given: dict[str, Any] = {key: value for key in _GIVEN if (value := _given(node, name, key))}
    for key in _LISTS & given.keys():
        given[key] = tuple(given[key].split(","))
    for key in _FLAGS & given.keys():
        given[key] = given[key] == "true"
    stage = replace(stage, **given)
    if not (stage.cors_origins and stage.mail_domain):
        raise SystemExit(
            f"Stage {name} needs cors_origins (https://…, the frontends, comma separated) and mail_domain (the domain "
            f"that mail is sent from): write them into cdk.json under {name!r}, or say -c name=value."
        )
    if bool(stage.domain) != bool(stage.certificate):
        raise SystemExit("A domain needs its certificate, and a certificate its domain (docs/deploy.md, step 3).")
    return stage


def _given(node: Node, stage: str, key: str) -> str:
    settings: dict[str, str] = node.try_get_context(stage) or {}
    return str(node.try_get_context(key) or settings.get(key, ""))
