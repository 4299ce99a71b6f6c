"""A deal that is signed in DocuSign."""

from tests.leasing.deal import Deal

# An operator has left a third field empty: an empty key is none.
KEYS = {"first": "the key in use", "second": "the key that comes next", "third": ""}


class EnvelopedDeal(Deal):
    """A deal whose owner's organization has its leases signed in DocuSign."""

    def __init__(self, world, call, **policy):
        super().__init__(world, call)
        set_policy(world, self.owner, signature_provider="DOCUSIGN", **policy)

    def happened(self, name):
        return [event for event in self.world.event_details(self.contract) if event["name"] == name]

    def put_envelope(self, envelope_id):
        self.world.sql(
            "UPDATE contracts SET envelope_id = %(envelope)s WHERE id = %(id)s", envelope=envelope_id, id=self.contract
        )


def set_policy(world, owner, **policy):
    for name, value in policy.items():
        world.sql(
            f"UPDATE organizations SET {name} = %(value)s WHERE id = %(id)s", value=value, id=owner.organization_id
        )
