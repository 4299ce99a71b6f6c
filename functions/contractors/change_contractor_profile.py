"""Change the contractor's profile.

What the caller's organization says of itself to owners who look for contractors: its trades, where it works, its
license and its insurance. The first change creates the profile, and lists the organization.
"""

from shared.contractors import queries, rules
from shared.contractors.models import ContractorProfile, ProfileChanges
from shared.files.access import ask_document, attach
from shared.files.purposes import Purpose
from shared.files.rules import FileGone, FileNotReady
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.errors import Stale
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.versions import check_version
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /organizations/me/contractor-profile",
    access=may(Right.DO_MAINTENANCE),
    writes=True,
    raises=(Stale, FileNotReady, FileGone),
)
def change_contractor_profile(caller: Caller, changes: ProfileChanges) -> Reply[ContractorProfile]:
    document_id = changes.insurance.document_id if changes.insurance else None
    with transaction(caller) as tx:
        asked = ask_document(tx, caller, Purpose.ORGANIZATION_DOCUMENT, "insurance.document_id", document_id)
        before = queries.lock_profile(tx, caller)
        if before:
            check_version(before["updated_at"])
        files = asked.answer()
        row = queries.upsert_profile(tx, caller, rules.changed(before, changes))
        if "insurance" in changes.model_fields_set:
            attach(tx, caller, "contractor_profile", caller.organization_id, files)
        profile = ContractorProfile.of(row)
        tx.emit("contractor.profile_changed", profile, before=ContractorProfile.of(before) if before else None)
    return Reply(profile, version=row["updated_at"])
