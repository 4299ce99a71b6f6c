"""An alarm that states whom it notifies and which runbook says what to do."""

from pathlib import Path

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

ROOT = Path(__file__).parents[2]


def alarm(
    scope: Construct,
    id: str,
    *,
    tells: sns.ITopic,
    meaning: str,
    runbook: str,
    metric: cloudwatch.IMetric,
    above: float | None = None,
    below: float | None = None,
    periods: int = 1,
    name: str | None = None,
    silence_is_bad: bool = False,
) -> None:
    """Notify `tells` when the metric is above (or below) the threshold for `periods` of its periods.

    `runbook` is a file of docs/runbooks/ without its extension. Raises ValueError if it does not exist.
    """
    page = f"docs/runbooks/{runbook}.md"
    if not (ROOT / page).exists():
        raise ValueError(f"The alarm {id} needs {page}: what it means, and what to do.")
    is_above = above is not None
    made = cloudwatch.Alarm(
        scope,
        id,
        alarm_name=name,
        alarm_description=f"{meaning} See {page}.",
        metric=metric,
        threshold=above if above is not None else below or 0,
        evaluation_periods=periods,
        comparison_operator=(
            cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
            if is_above
            else cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        ),
        treat_missing_data=(
            cloudwatch.TreatMissingData.BREACHING if silence_is_bad else cloudwatch.TreatMissingData.NOT_BREACHING
        ),
    )
    made.add_alarm_action(actions.SnsAction(tells))
    made.add_ok_action(actions.SnsAction(tells))
