"""Update the caller's organization.

Changes what appears on the organization's documents and, for an owner's organization, how its leases are signed.
Contracts and invoices that were already issued do not change; later invoices show the new details.
"""

from shared.files.access import ask_one, show
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import SessionEnded, Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.organizations import queries, rules
from shared.organizations.models import Organization, OrganizationChange, OrganizationChanges
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /organizations/me",
    access=may(Right.KEEP_ORGANIZATION),
    writes=True,
    raises=(Stale, FileNotReady, FileGone),
    layers=("numbers",),
)
def update_organization(caller: Caller, changes: OrganizationChanges) -> Reply[Organization]:
    rules.check_policies(caller.role, changes)
    with transaction(caller) as tx:
        asked = ask_one(tx, caller, Purpose.ORGANIZATION_LOGO, changes, "logo")
        before = queries.lock_organization(tx, caller)
        if before is None:
            # Deleted since the authorizer looked.
            raise SessionEnded()
        check_version(before["updated_at"])
        if logo := asked.answer():
            changes = changes.model_copy(update={"logo_url": logo.url})
            show(tx, before["id"], "organization", before["id"], logo)
        row, (after, changed) = before, rules.changed(before, changes)
        if changed:
            row = queries.update_organization(tx, after)
            tx.emit(
                "organization.updated",
                OrganizationChange.of(row | {"changed": changed}),
                before=OrganizationChange.of(before | {"changed": changed}),
            )
    return Reply(Organization.of(row), version=row["updated_at"])
