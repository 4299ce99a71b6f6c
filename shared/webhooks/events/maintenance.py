"""The public events of maintenance tickets. Internal notes are nobody's news but the owner's side's."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.READ_MAINTENANCE
OBJECT = "GET /maintenance/{ticket_id}"

EVENTS = {
    "maintenance.created": Public(says="A ticket was reported."),
    "maintenance.updated": Public(says="A ticket's title, description, priority, category or due moment changed."),
    "maintenance.assigned": Public(says="A contractor was assigned."),
    "maintenance.unassigned": Public(says="The ticket was taken back from its contractor."),
    "maintenance.accepted": Public(says="The contractor accepted the work."),
    "maintenance.declined": Public(says="The contractor declined the work."),
    "maintenance.started": Public(says="Work has begun."),
    "maintenance.resolved": Public(says="The ticket was resolved."),
    "maintenance.reopened": Public(says="The ticket was reopened."),
    "maintenance.closed": Public(says="The ticket was closed."),
    "maintenance.commented": Public(says="Somebody wrote on the ticket."),
    "maintenance.quoted": Public(says="A contractor quoted for the work; told to the owner."),
    "maintenance.quote_accepted": Public(says="A quote was accepted, and its contractor assigned."),
    "maintenance.rated": Public(says="The tenant rated how the ticket was resolved."),
    "maintenance.overdue": Public(says="The ticket is past due; told once a day."),
}
