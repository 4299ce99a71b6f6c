"""Answers carry the fields of the caller's role and no others (quality 39): every GET × every role, from the catalog.

What an answer may carry is its model, to the last nested field. Where an operation has a model for insiders and
another for everybody else, the caller gets the one that is the caller's; an operation with two models that no
table here explains fails.
"""

import importlib
from collections.abc import Callable
from dataclasses import replace
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter

from functions.exports.create_export import create_export
from functions.flags.change_flag import change_flag
from functions.messages.send_message import send_message
from functions.payments.record_payment import record_payment
from functions.webhooks.create_webhook import create_webhook
from functions.webhooks.ping_webhook import ping_webhook
from shared.admin.models import AuditEntry, AuditLog
from shared.buildings.models import Building, ListedBuilding
from shared.kit import catalog
from shared.kit.catalog import STAFF, Role
from shared.kit.fields import Like, View
from shared.kit.reply import Reply
from shared.spaces.models import OwnSpaceDetail, SpaceDetail
from shared.webhooks.table import WORDS
from tests.architecture.test_access import SEES_ALL, somebody, stage  # noqa: F401 (a fixture)
from tests.call import call
from tests.files.pictures import picture, upload
from tests.integrations.rows import connected
from tests.webhooks.receiver import publish
from tests.webhooks.successes import NEW

INSIDERS_AND_OTHERS: dict[str, tuple[type[View], type[View]]] = {
    "get_building": (Building, ListedBuilding),
    "get_space": (OwnSpaceDetail, SpaceDetail),
}
INSIDERS = {Role.OWNER, Role.AGENT} | SEES_ALL

PARAMS = {
    "space",
    "bid_amount",
    "bid_amount.amount",
    "bid_amount.currency",
    "start_date",
    "status",
    "term_months",
    "version",
}
FREE: dict[tuple[str, str], set[str]] = {
    ("EvidenceSignature", "evidence"): {"envelope_id", "event", "signed_at", "message_sha256", "notes"},
    # The stage's payments are whole months at one rent.
    ("FlagsOfCaller", "data"): {"new_ui"},
    ("ExplainedStep", "inputs"): {"bid_amount", "monthly_rent", "months", "amount", "exponent"},
    ("UploadForm", "fields"): {"key", "policy", "Content-Type"},
    ("Notification", "metadata"): {"bid_id", "contract_id", "space_id", "payment_id", "saved_search_id"},
    ("Notification", "params"): PARAMS,
    ("NotificationNew", "params"): PARAMS,
}
"""What stands in the objects that are free by nature: no model describes them."""

GETS = [operation for operation in catalog.requested(catalog.load()) if operation.method == "GET"]
DOCUMENTS = {
    "download_contract",
    "download_credit_note",
    "download_file",
    "download_import_template",
    "download_invoice",
    "download_receipt",
    "download_statement",
    "finish_integration",
    "finish_oauth",
    "show_asyncapi",
    "show_docs",
    "show_docs_file",
    "show_openapi",
    "start_oauth",
}
"""What has no fields: documents, the platform's own description, and ways elsewhere."""


def models_of(operation: Any) -> tuple[Any, ...]:
    promised = operation.function.__annotations__["return"]
    if get_origin(promised) is Reply:
        [promised] = get_args(promised)
    kinds = get_args(promised) if get_origin(promised) in (Union, UnionType) else (promised,)
    # What it answers where it is asked for another format than JSON has no fields.
    return tuple(kind for kind in kinds if get_origin(kind) is not Annotated)


JSON = [operation for operation in GETS if operation.name not in DOCUMENTS]
ASKED = [operation for operation in JSON if "caller" in operation.function.__annotations__]


def promised(model: type[BaseModel], where: str = "") -> set[str]:
    """The dotted names of all fields that an answer of this model may carry."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        path = f"{where}{field.alias or name}"
        found.add(path)
        kinds = [one.resolve() if isinstance(one, Like) else one for one in inside(field.annotation)]
        kinds += [one.resolve() for one in field.metadata if isinstance(one, Like)]
        models = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        for inner in models:
            found |= promised(inner, f"{path}.")
        if not models and any(get_origin(kind) is dict for kind in kinds):
            owner = next(base.__name__ for base in model.__mro__ if name in base.__dict__["__annotations__"])
            free = GROWN[owner]() if owner in GROWN else FREE[owner, name]
            found |= {f"{path}.{part}" for part in free}
    return found


def inside(kind: Any) -> list[Any]:
    """A type, and all that it is made of."""
    return [kind, *(one for part in (*get_args(kind), *getattr(kind, "__metadata__", ())) for one in inside(part))]


def accounted() -> set[str]:
    """The dotted names of all fields that may stand in the books, and a refusal's code."""

    def kinds(view: type[View]) -> set[type[View]]:
        return {view}.union(*map(kinds, view.__subclasses__()))

    views = kinds(View) - {AuditEntry, AuditLog}
    allowed = {path for view in views for path in promised(view) if path.split(".")[0] in view.accounted}
    return allowed | {"code"}


def carried(answer: Any, where: str = "") -> set[str]:
    """The dotted names of all fields that an answer carries."""
    if isinstance(answer, list):
        return {path for item in answer for path in carried(item, where)}
    if not isinstance(answer, dict):
        return set()
    return {path for name, value in answer.items() for path in ({f"{where}{name}"} | carried(value, f"{where}{name}."))}


def published() -> set[str]:
    """The dotted names of all fields that the object of a public event may carry: alone, or one of a list."""
    objects = {word.object for word in WORDS}
    models = [m for one in JSON if f"GET {one.path.removeprefix('/api/v1')}" in objects for m in models_of(one)]
    return {path.removeprefix("data.") for model in models for path in promised(model)}


GROWN: dict[str, Callable[[], set[str]]] = {"AuditEntry": accounted, "Change": published}
"""What stands in the objects that other models describe: the stage's only public event is a bid's."""


@pytest.fixture(scope="module")
def cast(stage, _world):  # noqa: F811
    """A user of each role inside the deal; an unlisted space and a listed one beside it; a payment that was made."""
    deal = stage.deal
    _world.space(deal.owner, building=stage.ids["building_id"], name="Like it")
    _world.space(
        deal.owner, building=stage.ids["building_id"], name="Unlisted", is_leasable=False, external_id="HIDDEN-1"
    )
    paid = {"paid_date": "2026-01-15", "payment_method": "cheque", "transaction_reference": "CHQ-1"}
    assert call(record_payment, as_=deal.owner, path={"payment_id": stage.ids["payment_id"]}, body=paid).status == 200
    inside = {role: somebody(_world, stage, role) for role in Role} | {Role.CONTRACTOR: stage.contractor}
    flag = {"description": "The new floor plans", "enabled": True}
    _world.sql("DELETE FROM flags")
    assert call(change_flag, as_=inside[Role.SUPER_ADMIN], path={"name": "new_ui"}, body=flag).status == 200
    publish(_world, deal.bid)
    for role in STAFF:
        connected(_world, inside[role], deal.contract)
    return inside | {Role.OWNER: deal.owner, Role.CLIENT: deal.client}


def endpoint_of(operation: Any) -> Any:
    return getattr(importlib.import_module(operation.module), operation.name)


def ask(stage: Any, operation: Any, user: Any) -> Any:  # noqa: F811
    endpoint = endpoint_of(operation)
    query = {"building_id": stage.ids["building_id"]} if operation.name == "search_spaces" else None
    ids = stage.ids | {"user_id": stage.deal.client.id}
    if "upload_id" in endpoint.path_names:
        # Not even the platform's staff opens others'.
        ids["upload_id"] = upload(user, picture(), purpose="AVATAR").json["id"]
    if "export_id" in endpoint.path_names and user.role in (Role.CLIENT, Role.BROKER):
        # The stage's is the owner's.
        body = {"kind": "PAYMENTS", "format": "CSV"}
        ids["export_id"] = call(create_export, as_=user, body=body).json["id"]
    if "webhook_id" in endpoint.path_names and user.role is not Role.OWNER:
        # The stage's is the owner's; the platform's own people share theirs.
        keeper = replace(user, role=Role.SUPER_ADMIN) if user.role in STAFF else user
        ids["webhook_id"] = call(create_webhook, as_=keeper, body=NEW).json["id"]
        assert call(ping_webhook, as_=keeper, path={"webhook_id": ids["webhook_id"]}).status == 202
    if operation.word == "messages":
        # People read what they are in themselves.
        other = stage.deal.world.colleague(user)
        said = {"receiver_id": other.id, "content": "Good morning"}
        ids |= call(send_message, as_=user, body=said).json | {"user_id": other.id}
    path = {name: ids[name] for name in endpoint.path_names} or None
    reply = call(endpoint, as_=user, path=path, query=query)
    assert reply.status == 200, (operation.name, reply.body)
    return reply


def assert_is(answer: Any, model: type[View]) -> None:
    TypeAdapter(model).validate_python(answer)
    assert carried(answer) <= promised(model), carried(answer) - promised(model)
    assert set(answer) == set(model.model_fields)


def test_every_get_with_two_models_declares_their_readers():
    several = {operation.name: models_of(operation) for operation in JSON if len(models_of(operation)) > 1}

    assert several == INSIDERS_AND_OTHERS
    for operation in GETS:
        models = models_of(operation)
        is_shown = all(isinstance(model, type) and issubclass(model, View) for model in models)
        # What is sent on to the document shows its link to those who ask for JSON.
        assert (is_shown and models != () and 302 not in operation.also) == (operation.name not in DOCUMENTS)


@pytest.mark.parametrize(
    ("operation", "role"),
    [(o, role) for o in ASKED for role in Role if not o.access or role in o.access],
    ids=lambda value: value.name,
)
def test_a_member_gets_the_model_of_their_role(operation, role, stage, cast):  # noqa: F811
    user = cast[role]

    reply = ask(stage, operation, user)

    inside, *others = INSIDERS_AND_OTHERS.get(operation.name, models_of(operation))
    assert_is(reply.json, inside if role in INSIDERS or not others else others[0])
    if "data" in reply.json and role in (Role.OWNER, Role.CLIENT):
        assert reply.json["data"], "an empty list shows nothing"
    text = reply.body.decode()
    people = {stage.deal.owner.email, stage.deal.client.email} - {user.email}
    if operation.name == "get_building" and role in INSIDERS:
        people -= {stage.deal.owner.email}
    if operation.name in ("list_members", "list_users"):
        people -= {stage.deal.owner.email, stage.deal.client.email}
    if operation.name != "get_organization":
        assert "TAX-1" not in text
    # One's own sessions by their ids, and in the books those that began and ended.
    sessions = {str(person.session_id) for person in cast.values() if person is not user}
    if operation.name == "list_audit_logs":
        sessions = set()
    for secret in (
        *people,
        *sessions,
        "$2b$",
        "token-1",
        "leases/",
        "_party",
        "token_hash",
        "deleted_at",
        "task_token",
    ):
        assert secret not in text
    if role not in INSIDERS:
        assert "Unlisted" not in text and "HIDDEN-1" not in text


@pytest.mark.parametrize("role", [None, *(role for role in Role if role not in SEES_ALL)])
@pytest.mark.parametrize("operation", [o for o in ASKED if not o.access], ids=lambda operation: operation.name)
def test_an_outsider_gets_the_public_model(operation, role, stage, world):  # noqa: F811
    stranger = world.user(role) if role else None

    reply = ask(stage, operation, stranger)

    *_, public = INSIDERS_AND_OTHERS.get(operation.name, models_of(operation))
    assert_is(reply.json, public)
    assert reply.json == ask(stage, operation, None).json
    text = reply.body.decode()
    for secret in ("Unlisted", "HIDDEN-1", *map(str, (stage.deal.owner.id, stage.deal.owner.organization_id))):
        assert secret not in text


@pytest.mark.parametrize(
    "operation", [o for o in JSON if "caller" not in o.function.__annotations__], ids=lambda operation: operation.name
)
def test_a_public_operation_answers_its_one_model(operation, stage):  # noqa: F811
    [model] = models_of(operation)

    assert_is(ask(stage, operation, None).json, model)


def test_an_additional_field_in_an_answer_is_detected(stage, cast):  # noqa: F811
    """The measure itself: what stands in an answer without a promise is found, however deep."""
    operation = next(operation for operation in ASKED if operation.name == "get_contract")
    [model] = models_of(operation)
    answer = ask(stage, operation, cast[Role.CLIENT]).json

    answer["owner"]["email"] = "x"
    answer["space"]["building"]["address"]["latitude"] = 1

    assert carried(answer) - promised(model) == {"owner.email", "space.building.address.latitude"}
