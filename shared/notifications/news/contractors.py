"""What contractors are told of their own: functions/notifications/tell_maintainers.py finds them."""

from shared.notifications.entries import News, day, plain
from shared.organizations.roles import Right

RIGHT = Right.DO_MAINTENANCE
PAGE = "contractor-profile"

NEWS = {
    "contractor.insurance_ending": News(
        kind="maintenance",
        title="Insurance Ends",
        contractor="Your insurance ends on {expires_on}. Days left: {days_left}",
        facts=(day("expires_on"), plain("days_left")),
        mails=("CONTRACTOR",),
        seen_by=("CONTRACTOR",),
        template="maintenance",
        changes=False,
    ),
}
