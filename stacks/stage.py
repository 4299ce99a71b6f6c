"""The stages of the platform and all differences between them.

Settings that only a deployment's owner knows are in cdk.json under the stage's name, or passed as `-c name=value`;
docs/deploy.md lists them.
"""

from dataclasses import dataclass, replace
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk.aws_logs import RetentionDays
from constructs import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One deployment of the platform: `local` on a single machine, `dev` and `prod` on AWS."""

    name: str
    cors_origins: tuple[str, ...]
    mail_domain: str
    capacity: tuple[float, float]
    """Aurora's minimum and maximum capacity units; a minimum of 0 lets it pause."""
    with_proxy: bool
    require_verified_email: bool
    """Users must verify their e-mail address before they offer or sign anything (spec 9)."""
    is_permanent: bool
    """Data is kept when a stack is deleted, and no stack can be deleted by mistake."""
    backup_days: int
    retention: RetentionDays
    """How long logs are kept."""
    sweep_minutes: int
    """How often the platform checks itself: for events whose nudge was lost, its health, and its sockets."""
    scan_uploads: bool = False
    """Amazon GuardDuty scans uploaded files for malware; nothing is shown before it says that they are clean."""
    whatsapp_a_day: int = 1000
    """How many messages the whole platform sends by WhatsApp on a day (UTC, S0 §10.4); what is beyond goes by SMS."""
    sms_a_day: int = 10_000
    """How many text messages; what is beyond goes by e-mail."""
    region: str | None = "us-east-1"
    """None means the region to which the templates are deployed; CloudFront's part of a stage needs to know it."""
    domain: str = ""
    """The platform's own domain name; without one it is reached at CloudFront's."""
    certificate: str = ""
    """The ARN of the domain's certificate, in us-east-1."""
    origin_secrets: tuple[str, ...] = ("a",)
    """Names of the secrets by which functions recognize CloudFront; it sends the first, they accept all."""
    closed: str = ""
    """Unless it is empty, every request gets this message instead of an answer."""
    restores: tuple[str, ...] = ()
    """Moments (UTC, `2027-03-01T10:15:00Z`) to which the database was restored, in order."""
    backup_region: str = ""
    """The region to which each daily backup is copied, if any."""

    @property
    def has_front(self) -> bool:
        """Whether CloudFront is in front of the APIs."""
        return self.name != "local"

    @property
    def sweep(self) -> str:
        """The schedule of the jobs that check the platform."""
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
        # The proxy is billed for at least 8 units; with fewer, the database would be the bottleneck.
        capacity=(2, 32),
        with_proxy=True,
        require_verified_email=True,
        is_permanent=True,
        backup_days=35,
        retention=RetentionDays.ONE_YEAR,
        sweep_minutes=1,
        scan_uploads=True,
    ),
}


_LISTS = {"cors_origins", "origin_secrets", "restores"}
_FLAGS = {"require_verified_email", "scan_uploads"}
_NUMBERS = {"sms_a_day", "whatsapp_a_day"}
_GIVEN = sorted(
    _LISTS | _FLAGS | _NUMBERS | {"backup_region", "certificate", "closed", "domain", "mail_domain", "region"}
)


def stage_of(node: Node) -> Stage:
    """The stage named by the context, `-c stage=local|dev|prod`, with the context's settings.

    Raises SystemExit with a sentence if the stage is unknown, or if prod lacks a setting that only its owner knows.
    """
    name = node.try_get_context("stage") or "dev"
    if name not in STAGES:
        raise SystemExit(f"There is no stage {name!r}: choose one of {', '.join(STAGES)} (-c stage=…).")
    stage = STAGES[name]
    given: dict[str, Any] = {key: value for key in _GIVEN if (value := _given(node, name, key))}
    for key in _LISTS & given.keys():
        given[key] = tuple(given[key].split(","))
    for key in _NUMBERS & given.keys():
        given[key] = int(given[key])
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
