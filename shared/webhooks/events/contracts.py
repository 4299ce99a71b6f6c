"""The public events of contracts. A signature is told to both sides: whose turn it is reads it in the contract."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.READ_LEASES
OBJECT = "GET /contracts/{contract_id}"

EVENTS = {
    "contract.drafted": Public(says="The owner drafted a contract without a bid."),
    "contract.imported": Public(says="A lease that runs already was imported."),
    "contract.generated": Public(says="The contract's document was rendered."),
    "contract.sent": Public(says="A drafted contract was sent for signature."),
    "contract.signature_requested": Public(says="Signatures are due: `signature_status` says whose turn it is."),
    "contract.signed": Public(says="One side signed: `signature_status` says whose turn has come."),
    "contract.authorization_requested": Public(says="Both sides signed; the owner's organization must authorize."),
    "contract.authorized": Public(says="The owner's organization authorized the contract."),
    "contract.fully_signed": Public(
        says="Every signature is there.", hears=("contract.fully_signed", "contract.envelope_completed")
    ),
    "contract.scheduled": Public(says="The contract's payments were scheduled."),
    "contract.activated": Public(says="The contract is in force, or confirmed for a later start."),
    "contract.started": Public(says="The term of a contract that was confirmed before began."),
    "contract.declined": Public(says="One side declined to sign."),
    "contract.voided": Public(says="The deal was cancelled, and its contract is void."),
    "contract.termination_set": Public(says="An early end was set."),
    "contract.terminated": Public(says="The contract was terminated."),
    "contract.holdover_set": Public(says="What holds after the last day was set."),
    "contract.indexed": Public(says="The rent was adjusted to its index."),
    "contract.deposit_carried": Public(says="The deposit was carried to a renewal."),
    "contract.ending": Public(says="The contract ends in 180, 90, 60 or 30 days."),
    "contract.expired": Public(says="The contract reached its end."),
    "subscription.expired": Public(says="The same, under another name.", hears=("contract.expired",)),
}
