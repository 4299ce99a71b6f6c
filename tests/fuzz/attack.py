"""One user's attack: schemathesis over docs/openapi.json, in every phase, with every check.

No check is switched off. What a check cannot know stands here, with its reason.
"""

import gc
import json
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.generation.meta import CoveragePhaseData
from schemathesis.openapi.checks import RejectedPositiveData, UnsupportedMethodResponse
from schemathesis.transport.serialization import Binary

# Days as the document's words tell them (`Day`): JSON Schema has no bounds for days.
schemathesis.openapi.format("date", strategies.dates(date(1900, 1, 1), date(2200, 12, 31)).map(str))


@schemathesis.serializer("application/pdf")
def _as_it_is(context: Any, value: Any) -> bytes:
    data: bytes = value.data if isinstance(value, Binary) else str(value).encode()
    return data


DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
SEED = 20260127

# Well-formed requests that the state of the world refuses: 409 and these two.
STATE_REFUSES = {
    "412": "an If-Match that is not the thing's ETag",
    "422": "an Idempotency-Key that stood on another request; lease terms without sense; a start in the past",
}
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "429", "5xx", *STATE_REFUSES]

# Fields of which the document cannot tell every rule: a 400 that names them alone is right, though the request is
# valid by its schema.
UNTOLD = {
    "cursor": "signed by us, and bound to its list, filters and sort (spec 12)",
    "token": "made by us and mailed (spec 36: 400 where it is unknown)",
    "password": "an upper case letter, a lower case one and a digit, in any script",
    "new_password": "as password",
    "rrule": "a rule of RFC 5545 with days to come",
    "code": "what an app shows at that moment; or recovery_code instead",
    "return_to": "a page of a frontend that we know",
    "state": "of a connection that this browser has begun",
    "currency": "one of some 150 codes; in a payment, its contract's",
    "timezone": "one of some 400 names",
    "country": "a name or code of ISO 3166",
    "accounts": "no role twice",
    "content_type": "as the purpose takes",
    "size_bytes": "as the purpose takes",
    "usable_sqft": "not larger than gross_sqft",
    "amenities": "labels of at most 100 characters",
    "common_area_sqft": "not larger than total_sqft",
    "due_date_to": "not before due_date_from",
    "to": "not before from",
    "expiry_date": "after issue_date",
    "latitude": "with longitude or not at all",
    "longitude": "with latitude or not at all",
    "near": "between -90,-180 and 90,180",
    "radius_km": "with near",
    "sort": "by distance with near",
    "q": "at most 20 words",
    "criteria": "not of nulls alone",
    "effective_date": "between today and the lease's last day",
    "values": "each day once",
    "amount": "whole where the currency has no decimals",
    "base_price_monthly": "whole where the currency has no decimals",
    "bid_amount": "whole where the currency has no decimals",
    "counter_offer_amount": "whole where the currency has no decimals",
    "rent": "whole where the currency has no decimals",
    "max_rent": "whole where the currency has no decimals",
    "min_fee": "whole where the currency has no decimals",
    "paid_date": "not after the building's today",
    "payment_ids": "payments of the contract of the path",
    "installments": "add up to what is open; whole where the currency has no decimals",
    "due_date": "an installment's: not before the building's today",
    "rates": "at least one where the category is STANDARD; each day once",
    "period": "a month, as YYYY-MM",
    "tax_codes": "codes that the owner keeps",
    "file": "a CSV file or a workbook of the named columns",
    "upload_id": "of a file that was uploaded for an import",
    "organization_id": "required of a super admin alone",
    "building_id": "not where the kind is of the whole organization",
    **dict.fromkeys(("from", "format", "bom", "kind"), "as the kind of the export takes"),
    **dict.fromkeys(
        ("destination", "host", "port", "host_key", "username", "private_key", "directory"),
        "what SFTP needs of a server",
    ),
    "events": "names of public events, each once; or * alone",
    "url": "https, with a host of public addresses",
    "types": "names of public events",
    "after": "an event of the last 30 days, or a message of the conversation",
    "participant_ids": "each once; somebody of the client's side, where nobody stands for it yet",
    "customer_id": "a customer that the provider has",
    "tenant_id": "one of the owner's tenants",
    "roles": "each once",
    "organization_ids": "each once",
    "user_ids": "each once",
    "to_contract_id": "another contract than the path's",
    "image_ids": "of files that were uploaded as such",
    "floor_plan_id": "of a file that was uploaded as such",
    "logo_id": "of a file that was uploaded as such",
    "avatar_id": "of a file that was uploaded as such",
    "role": "one that the inviter's own role may ask others to take",
    "signature_provider": "an owner's to set",
    "requires_authorization": "an owner's to set",
    "complete_parties": "an owner's to set",
    "maintenance_hours": "an owner's to set",
    "bank_accounts": "an owner's to set; or an account without an IBAN and without a routing and an account number",
    "iban": "its check digits",
    "routing_number": "its check digit",
    "phone": "a number that exists",
    "document_sha256": "of a document of this contract",
    "until": "not before today",
    "body": "a PDF's bytes",
}
# So these come from here too, that requests with them get through.
WORDS = {
    "password": ["Correct-Horse-7"],
    "new_password": ["Correct-Horse-8"],
    "currency": ["USD", "EUR", "JPY"],
    "phone": ["+12025550123"],
    "timezone": ["America/New_York", "Asia/Kolkata", "UTC"],
}


@dataclass
class Attacker:
    """Who asks, and the ids that this user knows, by the name of their parameter."""

    name: str
    sign_in: Callable[[], str]
    ids: Mapping[str, Sequence[str]]
    share: tuple[int, int] = (0, 1)
    """Which of the coverage phase's cases this user sends: of every so many the n-th, from 0."""

    def __post_init__(self) -> None:
        self.token = self.sign_in()


@dataclass
class Report:
    """What came of an attack."""

    cases: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    """What fails, each once, and one request that shows it."""

    @property
    def total(self) -> int:
        """How many requests went out."""
        return self.cases.total()

    def __str__(self) -> str:
        return ", ".join(f"{phase} {self.cases[phase]} in {self.seconds[phase]:.0f} s" for phase in PHASES)

    def add(self, scenario: events.ScenarioFinished) -> None:
        phase, recorder = scenario.phase.value, scenario.recorder
        self.cases[phase] += len(recorder.interactions)
        self.seconds[phase] += scenario.elapsed_time
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.status is Status.FAILURE and check.failure_info is not None:
                    failed, response = check.failure_info, recorder.interactions[case_id].response
                    operation = recorder.cases[case_id].value.operation.label
                    answer = response.content[:500] if response else None
                    self.failures.setdefault(
                        f"{operation}: {check.name}: {failed.failure.title}",
                        f"{failed.failure.message}\n{failed.code_sample}\n{answer!r}",
                    )


def attack(attacker: Attacker, url: str, *, examples: int, walks: int) -> Report:
    """Ask everything of what runs at `url`: `examples` of each operation when fuzzing, then `walks` from answers on."""
    document = _in_numbers(json.loads(DOCUMENT.read_text()))
    schema = schemathesis.openapi.from_dict(document, config=_config(attacker, examples, walks))
    schema.config.update(base_url=url)
    _teach(schema, attacker)
    report = Report()
    with _connections_collected():
        _run(schema, report)
    return report


def _in_numbers(document: Any) -> Any:
    """The document with its decimals as `multipleOf`, which it does not say itself: 19.99 is none of 0.01 in binary."""
    if isinstance(document, list):
        return [_in_numbers(one) for one in document]
    if not isinstance(document, dict):
        return document
    told = {name: _in_numbers(value) for name, value in document.items()}
    return told | ({"multipleOf": 10 ** -told["x-decimals"]} if "x-decimals" in told else {})


def _run(schema: Any, report: Report) -> None:
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            report.add(event)
        # hypothesis' own, when it tries one character's choice in a smaller alphabet: nothing was sent.
        elif isinstance(event, events.NonFatalError) and not re.match(r"Index \d+ out of range", event.info.message):
            report.failures.setdefault(f"{event.label}: {event.info.title}", event.info.message)
        elif isinstance(event, events.FatalError):
            raise event.exception


@contextmanager
def _connections_collected() -> Iterator[None]:
    # schemathesis leaves the connections of its threads to the collector.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def _config(attacker: Attacker, examples: int, walks: int) -> SchemathesisConfig:
    known = {**attacker.ids, **WORDS}
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "continue-on-failure": True,
            # Each run begins where the last one began: nothing is learnt from earlier ones.
            "cache": {"enabled": False},
            # NUL is refused everywhere, which is said once in words (tests/fuzz/test_text.py sends it to every field).
            "generation": {"max-examples": examples, "database": "none", "allow-x00": False},
            "dictionaries": {name: {"values": list(values)} for name, values in known.items()},
            "parameters": {
                f"{place}.{name}": {"dictionary": name, "probability": 0.7}
                for name in known
                for place in ("path", "query", "body")
            },
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            "phases": {
                "examples": {"fill-missing": True},
                "stateful": {"generation": {"max-examples": walks, "database": "none", "allow-x00": False}},
            },
        }
    )


def _teach(schema: Any, attacker: Attacker) -> None:
    @schema.auth(refresh_interval=None)
    class Token:
        def get(self, case: Any, context: Any) -> str:
            return attacker.token

        def set(self, case: Any, token: str, context: Any) -> None:
            case.headers["Authorization"] = f"Bearer {token}"

    @schema.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        # Who has signed out signs in again: the attack goes on.
        if case.path.endswith(("/auth/logout", "/auth/sessions/{session_id}")) and response.status_code < 300:
            attacker.token = attacker.sign_in()

    seen: Counter[str] = Counter()
    mine, of = attacker.share
    paths = list(schema.raw_schema["paths"])

    @schema.hook
    def filter_case(context: Any, case: Any) -> bool:
        if case.meta is None or not isinstance(case.meta.phase.data, CoveragePhaseData):
            return True
        seen[case.operation.label] += 1
        return seen[case.operation.label] % of == mine

    @schema.hook
    def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
        # "preview" is no bid's id, but GET looks for one: 404 is its answer.
        if isinstance(failure, UnsupportedMethodResponse) and is_beside_an_id(case.path, paths):
            return response.status_code != 404
        if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
            return True
        # Nor can a schema tell which characters nobody sees, and which no font has; nor does it tell names in paths.
        return any(
            detail["field"].rpartition(".")[2] not in UNTOLD
            and detail["code"] != "INVALID_CHARACTER"
            and f"{{{detail['field']}}}" not in case.path
            for detail in response.json()["error"]["details"]
        )


def is_beside_an_id(path: str, paths: Iterable[str]) -> bool:
    """Whether a path ends in a word where another path has an id."""
    above, _, word = path.rpartition("/")
    return "{" not in word and any(re.fullmatch(re.escape(above) + r"/\{\w+\}", other) for other in paths)
