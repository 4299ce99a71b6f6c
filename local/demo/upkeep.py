"""The demo city's maintenance: contractors, tickets in every state, what they cost, and a plan."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Protocol

CONTRACTORS = [
    ("lifts@example.com", "Ines Duarte", "Duarte Elevators Inc", ["elevators", "electrical"]),
    ("pipes@example.com", "Tom Keller", "Keller Plumbing & Heating", ["plumbing", "heating"]),
]
FAULTS = [
    ("The elevator stops between floors", "It happens about twice a day, mostly in the morning.", "URGENT", "OTHER"),
    ("Water drips from the ceiling", "Next to the window, since last night.", "HIGH", "PLUMBING"),
    ("The meeting room stays cold", "The thermostat shows 60 degrees whatever we do.", "MEDIUM", "HVAC"),
    ("Half of the lights flicker", "In the whole corridor.", "LOW", "ELECTRICAL"),
]
NEW_YORK = {"latitude": 41, "longitude": -74}


class Asker(Protocol):
    """Somebody who is signed in."""

    def api(self, method: str, path: str, **body: Any) -> dict[str, Any]:
        """One request's answer."""


def equip(contractors: Sequence[Asker], today: date) -> list[str]:
    """The contractors say what they do; their user ids."""
    for contractor, (_, _, _, trades) in zip(contractors, CONTRACTORS, strict=True):
        contractor.api(
            "PUT",
            "/organizations/me/contractor-profile",
            trades=trades,
            service_area={"city": "New York", "near": NEW_YORK, "radius_km": 80},
            insurance={"expires_on": (today + timedelta(days=200)).isoformat()},
        )
    return [contractor.api("GET", "/users/me")["id"] for contractor in contractors]


def tend(owner: Asker, building: str, contractors: Sequence[Asker], ids: Sequence[str], today: date) -> None:
    """Four tickets of a building, each further than the one before, and a yearly inspection."""
    tickets = [
        owner.api(
            "POST",
            "/maintenance",
            building_id=building,
            title=title,
            description=description,
            priority=priority,
            category=category,
        )["id"]
        for title, description, priority, category in FAULTS
    ]
    done, begun, asked, _ = (f"/maintenance/{ticket}" for ticket in tickets)
    owner.api("PATCH", f"{done}/assign", contractor_id=ids[0])
    for status in ("IN_PROGRESS", "RESOLVED"):
        contractors[0].api("PATCH", done, status=status)
    cost = {"supplier": CONTRACTORS[0][2], "amount": 640, "tax_amount": 56, "currency": "USD"}
    contractors[0].api("POST", f"{done}/costs", date=today.isoformat(), **cost)
    owner.api("PATCH", f"{begun}/assign", contractor_id=ids[1])
    contractors[1].api("PATCH", begun, status="IN_PROGRESS")
    contractors[1].api("POST", f"{begun}/threads", message="The seal is worn. We bring a new one tomorrow.")
    owner.api("PUT", f"{asked}/invite", contractor_ids=list(ids))
    for contractor, amount in zip(contractors, (380, 350), strict=True):
        contractor.api("POST", f"{asked}/quotes", amount=amount, currency="USD", notes="Parts and labor included")
    owner.api(
        "POST",
        "/maintenance-plans",
        building_id=building,
        title="Inspect the elevators",
        description="The yearly inspection that the city requires.",
        category="OTHER",
        priority="MEDIUM",
        rrule="FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=2",
        starts_on=today.isoformat(),
        lead_days=21,
        contractor_id=ids[0],
        checklist=["Ropes", "Brakes", "Emergency call", "Doors"],
    )


def report(tenant: Asker, building: str, space: str, number: int) -> None:
    """A tenant reports what is wrong in their suite."""
    title, description, priority, category = FAULTS[number % len(FAULTS)]
    tenant.api(
        "POST",
        "/maintenance",
        building_id=building,
        space_id=space,
        title=title,
        description=description,
        priority=priority,
        category=category,
    )
