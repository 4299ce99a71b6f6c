"""A contractor is told before their insurance ends: once at each of 30, 7 and 1 days."""

from datetime import timedelta

import pytest

from functions.contractors.change_contractor_profile import change_contractor_profile
from functions.contractors.remind_insured import remind_insured
from functions.notifications.compose_mail import compose_mail
from functions.notifications.list_notifications import list_notifications
from functions.notifications.tell_maintainers import tell_maintainers
from shared.kit.catalog import Role
from tests.auth.mailbox import mails_to
from tests.call import call, invoke


def insured(world, days):
    contractor = world.user(Role.CONTRACTOR)
    today = world.sql("SELECT app.today('UTC') AS day")[0]["day"]
    body = {"insurance": {"expires_on": (today + timedelta(days=days)).isoformat()}}
    assert call(change_contractor_profile, as_=contractor, body=body).status == 200
    return contractor


def told(world, contractor):
    events = world.event_details(contractor.organization_id)
    return [event["data"]["days_left"] for event in events if event["name"] == "contractor.insurance_ending"]


def test_it_is_told_at_30_7_and_1_days(world):
    contractor = insured(world, 40)
    heard = {}
    for day in range(45):
        with world.clock_moved(day):
            remind_insured({}, None)
            remind_insured({}, None)
        heard[40 - day] = len(told(world, contractor))

    assert told(world, contractor) == [30, 7, 1]
    assert (heard[31], heard[30], heard[8], heard[7], heard[2], heard[1], heard[0]) == (0, 1, 1, 2, 2, 3, 3)


@pytest.mark.parametrize(("days", "heard"), [(31, []), (20, [20]), (0, [0]), (-1, [])])
def test_of_several_days_that_were_missed_the_last_one_counts(world, days, heard):
    contractor = insured(world, days)
    remind_insured({}, None)

    assert told(world, contractor) == heard


def test_the_contractors_of_the_organization_are_notified_and_mailed(world):
    contractor = insured(world, 7)
    remind_insured({}, None)
    events = [
        event
        for event in world.event_details(contractor.organization_id)
        if event["name"] == "contractor.insurance_ending"
    ]
    for consumer in (tell_maintainers, compose_mail):
        assert invoke(consumer, *events, *events) == []

    [notification] = call(list_notifications, as_=contractor).json["data"]
    assert "Days left: 7" in notification["message"]
    [mail] = mails_to(contractor.email)
    assert mail["subject"] == "Insurance Ends"
