"""The JSON schemas of the published documents: what Pydantic says of a model, in the API's terms.

Requests are closed and answers are open: a client ignores fields that it does not know. A model used in both becomes
two schemas, `AddressInput` and `Address`. A field's description is the text literal below it in
its model's class, or else what `words.py` says of its name; what its type says follows. A choice has the name that its
`Literal` has in `shared/`, and is one schema wherever it stands.
"""

import ast
import inspect
import operator
import sys
import textwrap
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core.core_schema import ChainSchema, DecimalSchema, DictSchema, ModelSchema, WithDefaultSchema

from shared.kit.fields import Body
from tools.describe.words import WORDS

REF = "#/components/schemas/{model}"

_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}


class Generator(GenerateJsonSchema):
    """What `wire` writes: numbers for decimals; and no title that only repeats a field's name."""

    _is_request = False

    def decimal_schema(self, schema: DecimalSchema) -> JsonSchemaValue:
        return {"type": "number"}

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        made = super().generate_inner(schema)
        if like := made.get("x-like"):
            return self.generate_inner(TypeAdapter(like.resolve()).core_schema)
        # Bounds that follow one of our validators keep pydantic's names.
        return _in_words(_one_bound({_BOUNDS.get(name, name): _number(value, name) for name, value in made.items()}))

    def chain_schema(self, schema: ChainSchema) -> JsonSchemaValue:
        # All steps must hold (a pattern after one of our validators is a second one); pydantic reports only the first.
        return {name: value for step in schema["steps"] for name, value in self.generate_inner(step).items()}

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        # Free by nature: any value may stand under any name.
        return made | {"additionalProperties": {}} if made.get("additionalProperties", True) is True else made

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        # In our requests None stands for what was left out, which null is not.
        return {name: value for name, value in made.items() if name != "default" or value is not None}

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        outer, self._is_request = self._is_request, issubclass(schema["cls"], Body)
        made = super().model_schema(schema)
        self._is_request = outer
        made.pop("title", None)
        if self.mode == "serialization" and made.get("additionalProperties") is False:
            del made["additionalProperties"]
        described = _descriptions(schema["cls"])
        for name, field in made.get("properties", {}).items():
            if words := described.get(name) or WORDS.get(name):
                field["description"] = " ".join(filter(None, (words, field.get("description"))))
        return made

    def encode_default(self, dft: Any) -> Any:
        return _plain(dft) if isinstance(dft, Decimal) else super().encode_default(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == "validation" or "default" not in field["schema"]:
            return bool(super().field_is_required(field, total)) or self.mode == "serialization"
        # An answer always has all of its fields: a default only saves its author from naming them. But what a request
        # left out is also left out where the answer repeats it.
        return not self._is_request or field["schema"]["default"] is not None


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def _number(value: Any, name: str) -> Any:
    return _plain(Decimal(value)) if name in _BOUNDS and isinstance(value, str) else value


def _one_bound(made: JsonSchemaValue) -> JsonSchemaValue:
    """The stricter of two bounds at the same end."""
    loose = set()
    for plain, exclusive, is_tighter in (
        ("minimum", "exclusiveMinimum", operator.gt),
        ("maximum", "exclusiveMaximum", operator.lt),
    ):
        if plain in made and exclusive in made:
            loose.add(exclusive if is_tighter(made[plain], made[exclusive]) else plain)
    return {name: value for name, value in made.items() if name not in loose}


def _in_words(made: JsonSchemaValue) -> JsonSchemaValue:
    """`x-decimals` is for programs; and no `multipleOf`, by which validators refuse 19.99 for a rounding error."""
    if "x-decimals" not in made or "decimals" in made.get("description", ""):
        return made
    words = f"At most {made['x-decimals']} decimals."
    return made | {"description": f"{made['description']} {words}" if "description" in made else words}


def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The text literals below a model's fields, its bases' too, by the field's name on the wire."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if base.__module__.startswith("shared."):
            found |= _literals_below(base)
    aliases = {name: field.alias or name for name, field in model.model_fields.items()}
    return {aliases[name]: words for name, words in found.items() if name in aliases}


@cache
def _literals_below(kind: type) -> dict[str, str]:
    [tree] = [one for one in ast.parse(textwrap.dedent(inspect.getsource(kind))).body if isinstance(one, ast.ClassDef)]
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }


Input = tuple[Any, JsonSchemaMode, TypeAdapter[Any]]


def schemas_of(inputs: Sequence[Input]) -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    """The schema of each input by its key, and the named ones that they refer to."""
    made, found = TypeAdapter.json_schemas(inputs, ref_template=REF, schema_generator=Generator)
    choices = _Choices()
    by_key = {key: choices.named(_renamed(schema)) for (key, _), schema in made.items()}
    models = {_name(name): choices.named(_renamed(schema)) for name, schema in found.get("$defs", {}).items()}
    models |= choices.used
    return {key: _discriminated(schema, models) for key, schema in by_key.items()}, models


def _discriminated(schema: dict[str, Any], models: dict[str, Any]) -> dict[str, Any]:
    """A union of models, told apart by the property that is a constant in each. Raises ValueError where none is."""
    names = [one.get("$ref", "").rpartition("/")[2] for one in schema.get("anyOf", ())]
    if len(names) < 2 or not all(names):
        return schema
    for name in models[names[0]]["properties"]:
        constants = {str(models[one]["properties"].get(name, {}).get("const", "")): one for one in names}
        if len(constants) == len(names) and "" not in constants:
            mapping = {value: REF.format(model=one) for value, one in constants.items()}
            return {"oneOf": schema["anyOf"], "discriminator": {"propertyName": name, "mapping": mapping}}
    raise ValueError(f"nothing tells {' and '.join(names)} apart: each needs a property that is a Literal of its own")


def _name(name: str) -> str:
    return name.removesuffix("-Output").replace("-Input", "Input")


def _renamed(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            name: _name(value) if name == "$ref" and isinstance(value, str) else _renamed(value)
            for name, value in schema.items()
        }
    return [_renamed(one) for one in schema] if isinstance(schema, list) else schema


class _Choices:
    """The choices that schemas offer, each under the one name of its `Literal`."""

    def __init__(self) -> None:
        self.used: dict[str, Any] = {}
        self._names: dict[frozenset[Any], str] = {}
        for module in [one for name, one in sorted(sys.modules.items()) if name.startswith("shared.")]:
            for name, kind in vars(module).items():
                if get_origin(kind) is Literal and not name.startswith("_"):
                    self._names.setdefault(frozenset(get_args(kind)), name)

    def named(self, schema: Any) -> Any:
        """The schema with a reference in the place of each choice. Raises ValueError where one has no name."""
        if isinstance(schema, list):
            return [self.named(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        # A StrEnum has its name from its class.
        if "enum" not in schema or "title" in schema:
            return {name: self.named(value) for name, value in schema.items()}
        values = schema["enum"]
        name = self._names.get(frozenset(values))
        if name is None:
            raise ValueError(f"the choice {values} needs a name: NAME = Literal[…] in its word's models")
        if self.used.setdefault(name, {"type": "string", "enum": values})["enum"] != values:
            if set(self.used[name]["enum"]) != set(values):
                raise ValueError(f"two choices are named {name}: {values} and {self.used[name]['enum']}")
        beside = {key: value for key, value in schema.items() if key not in ("enum", "type")}
        return {"$ref": REF.format(model=name), **beside}
