"""Maintenance tickets as they are answered: lists and exports show the same."""

from shared.files.attached import FILES

OVERDUE = "(t.status IN ('OPEN', 'IN_PROGRESS') AND t.due_at < app.now())"

COLUMNS = f"""
t.id, t.number, t.owner_organization_id AS organization_id, t.building_id, t.premises -> 'building' AS building,
(t.premises ->> 'floor_number')::int AS floor_number, t.space_id, nullif(t.premises -> 'space', 'null') AS space,
t.client_id, t.client_party AS client, t.reported_by, t.reporter,
t.contractor_id AS assigned_contractor_id, t.contractor_party AS contractor,
CASE WHEN t.accepted_at IS NOT NULL THEN 'ACCEPTED' WHEN t.contractor_id IS NOT NULL THEN 'PENDING'
END AS assignment,
t.title, t.description, t.priority, t.category, t.status, t.due_at, {OVERDUE} AS is_overdue, t.opened_at,
t.replied_at, t.resolved_at, t.closed_at, {FILES.format(alias="t")} AS attachments, t.plan_id, t.occurs_on,
coalesce(t.checklist, '[]') AS checklist, t.created_at, t.updated_at
"""

SHOWN = f"SELECT {COLUMNS} FROM tickets t"
