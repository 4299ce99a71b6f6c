"""How the operations of organizations succeed: see tests/successes.py."""

from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.invite_member import invite_member
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.call import call
from tests.cast import Asked, Cast

BODIES = {
    "get_organization": None,
    "update_organization": {"name": "Example"},
    "list_members": None,
    "remove_member": None,
    "invite_member": {"email": "somebody@example.com", "role": "FINANCIAL_OFFICER"},
    "list_invitations": None,
    "revoke_invitation": None,
    "grant_mandate": {"broker_id": "BROKER"},
    "list_mandates": None,
    "revoke_mandate": None,
}


class Successes(Cast):
    def get_organization(self) -> Asked:
        return {"as_": self.client}

    def update_organization(self) -> Asked:
        return {"as_": self.owner, "body": {"legal_name": f"Example {new_id().hex} LLC"}}

    def list_members(self) -> Asked:
        return {"as_": self.owner}

    def remove_member(self) -> Asked:
        return {"as_": self.owner, "path": {"user_id": self.world.colleague(self.owner, Role.AGENT).id}}

    def invite_member(self) -> Asked:
        return {"as_": self.owner, "body": {"email": f"{new_id().hex}@example.com", "role": "AGENT"}}

    def list_invitations(self) -> Asked:
        return {"as_": self.owner}

    def revoke_invitation(self) -> Asked:
        invited = call(invite_member, **self.invite_member())
        return {"as_": self.owner, "path": {"invitation_id": invited.json["id"]}}

    def grant_mandate(self) -> Asked:
        return {"as_": self.client, "body": {"broker_id": self.world.user(Role.BROKER).id}}

    def list_mandates(self) -> Asked:
        return {"as_": self.client}

    def revoke_mandate(self) -> Asked:
        granted = call(grant_mandate, **self.grant_mandate())
        return {"as_": self.client, "path": {"mandate_id": granted.json["id"]}}
