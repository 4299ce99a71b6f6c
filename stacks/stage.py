"""The stages of the platform, and everything in which they differ."""

from dataclasses import dataclass, replace

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
    is_permanent: bool
    """Data outlives the stacks, and no stack can be deleted by mistake."""
    backup_days: int
    retention: RetentionDays
    """How long logs are kept."""
    sweep: str
    """How often the relay looks for events whose nudge got lost."""

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
    is_permanent=False,
    backup_days=7,
    retention=RetentionDays.ONE_MONTH,
    sweep="rate(1 hour)",
)

STAGES = {
    "local": replace(DEV, name="local", sweep="rate(1 minute)"),
    "dev": DEV,
    "prod": replace(
        DEV,
        name="prod",
        cors_origins=(),
        mail_domain="",
        # The proxy is billed for at least 8 units; with fewer the database would be the narrow part.
        capacity=(2, 32),
        with_proxy=True,
        is_permanent=True,
        backup_days=35,
        retention=RetentionDays.ONE_YEAR,
        sweep="rate(1 minute)",
    ),
}


def stage_of(node: Node) -> Stage:
    """The stage that the context names, `-c stage=local|dev|prod`, with the context's own settings.

    Raises SystemExit with a sentence where a stage is unknown or prod lacks what only its owner can know.
    """
    name = node.try_get_context("stage") or "dev"
    if name not in STAGES:
        raise SystemExit(f"There is no stage {name!r}: choose one of {', '.join(STAGES)} (-c stage=…).")
    stage = STAGES[name]
    if origins := node.try_get_context("cors_origins"):
        stage = replace(stage, cors_origins=tuple(origins.split(",")))
    if domain := node.try_get_context("mail_domain"):
        stage = replace(stage, mail_domain=domain)
    if not (stage.cors_origins and stage.mail_domain):
        raise SystemExit(
            f"Stage {name} needs -c cors_origins=https://… (the frontends, comma separated) and "
            "-c mail_domain=… (the domain that mail is sent from)."
        )
    return stage
