"""The standing wording of a lease: what both sides agree on whatever the deal.

It names no country's statutes; where the law of the place gives more protection, that law prevails
(see "Governing law"). A change here changes new leases only: signed ones are stored as they were rendered.
"""

from dataclasses import dataclass

from shared.kit.written import isolated


@dataclass(frozen=True, slots=True)
class Clause:
    name: str
    paragraphs: tuple[str, ...]


def general_clauses(*, purpose: str, jurisdiction: str) -> tuple[Clause, ...]:
    """The clauses that are the same in every lease but for the use and the place whose law governs."""
    place = f": {isolated(jurisdiction)}" if jurisdiction else ""
    return (
        Clause(
            "Permitted use",
            (
                f"The Lessee uses the Premises for {purpose}, and for nothing else without the Lessor’s "
                "written consent. It complies with the law, with the permits of the building and with "
                "reasonable house rules made known to it, and causes no nuisance.",
            ),
        ),
        Clause(
            "Maintenance and alterations",
            (
                "The Lessor keeps the structure, roof, façade, common parts and base-building systems in "
                "good repair. The Lessee keeps the interior of the Premises and its own installations "
                "clean and in good repair, fair wear and tear and insured damage excepted.",
                "Structural alterations, and any that affect building systems, need the Lessor’s prior "
                "written consent. At the end of the term the Lessee removes its trade fixtures and repairs "
                "the damage that this causes; other improvements stay unless consent was given on "
                "other terms.",
            ),
        ),
        Clause(
            "Insurance and indemnity",
            (
                "The Lessor insures the building against fire and the usual perils. The Lessee keeps "
                "commercial general liability insurance of a reasonable amount, and insurance of its own "
                "property, throughout the term and shows evidence of both on request. To the extent that "
                "insurance pays, each party waives recovery against the other.",
                "Each party indemnifies the other against third-party claims for injury or damage caused "
                "by its own negligence or breach in connection with the Premises.",
                "If the Premises are made unfit for use by fire or another casualty that the Lessee did "
                "not cause, rent abates in proportion until they are restored. If restoration would take "
                "more than 180 days, either party may end this Lease by notice within 30 days of learning "
                "so.",
            ),
        ),
        Clause(
            "Assignment and subletting",
            (
                "The Lessee may not assign this Lease or sublet any part of the Premises without the "
                "Lessor’s prior written consent, which is not unreasonably withheld, conditioned or "
                "delayed. The Lessee remains liable unless the Lessor releases it in writing.",
                "On a sale of the building the Lessor’s rights and duties, and the deposit, pass to the buyer.",
            ),
        ),
        Clause(
            "Default and remedies",
            (
                "The Lessee is in default if rent remains unpaid 10 days after written notice, if it does "
                "not cure another breach within 30 days after written notice (or, where a cure takes "
                "longer, does not begin in that time and go on diligently), or if it becomes insolvent.",
                "On default the Lessor may, by the process that the law provides, end this Lease, recover "
                "possession and claim its loss, which it takes reasonable steps to mitigate. Remedies are "
                "cumulative.",
                "If the Lessor does not cure a breach within 30 days after written notice, the Lessee has "
                "the remedies that the law gives it.",
            ),
        ),
        Clause(
            "Holding over",
            (
                "If the Lessee stays after the term without a written renewal it does so from month to "
                "month, on the terms of this Lease, at 150 % of the last monthly rent, calculated by the "
                "day, unless the parties have agreed on another percentage, and either party may end that "
                "tenancy by 30 days’ notice. This is no consent of the Lessor to stay.",
            ),
        ),
        Clause(
            "Entry",
            (
                "On at least 24 hours’ notice, at reasonable times and with as little disturbance as "
                "possible, the Lessor may enter to inspect, to repair and, in the last six months of the "
                "term, to show the Premises. In an emergency it may enter at once.",
            ),
        ),
        Clause(
            "Notices",
            (
                "Notices are in writing and are given through the platform on which this Lease was made, "
                "or by post or courier to the address stated above or another that a party has named. A "
                "notice through the platform is received when it is delivered to the other party’s "
                "account; any other on delivery.",
            ),
        ),
        Clause(
            "Governing law",
            (
                f"This Lease is governed by the law in force where the Premises are{place}. The courts that "
                "have jurisdiction there decide disputes. Mandatory law prevails over this Lease.",
            ),
        ),
        Clause(
            "Entire agreement",
            (
                "This Lease with its Schedule is the whole agreement of the parties about the Premises "
                "and replaces what was offered or said before. It is changed only in writing, signed by "
                "both. If a provision is void, the others stand. Not insisting on a right is no waiver of "
                "it. This Lease binds the parties’ successors and permitted assigns.",
            ),
        ),
        Clause(
            "Electronic signatures and counterparts",
            (
                "The parties agree to sign electronically and to receive this Lease as an electronic "
                "record. Such a signature has the effect of one by hand. The record of each signature "
                "holds the signer’s name, the time, the network address and the SHA-256 digest of this "
                "document.",
                "This Lease may be signed in counterparts, which together are one instrument.",
            ),
        ),
    )
