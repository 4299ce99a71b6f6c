"""PDFs: whole, readable by anyone, and with nothing that runs when somebody opens them."""

import io
from collections.abc import Iterable
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from shared.files.rules import FileRejected

MOST_PAGES = 2_000
MOST_OBJECTS = 500_000
_RUNS = {"/JavaScript", "/Launch"}
_TRAILING = b"\x00\t\n\x0c\r "
_DEEP = 100


def checked_pdf(content: bytes) -> int:
    """How many pages it has. Raises FileRejected."""
    # What follows the end is another file in disguise, such as an archive.
    if not content.rstrip(_TRAILING).endswith(b"%%EOF"):
        raise FileRejected("is no whole PDF: it does not end where a PDF ends")
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise FileRejected("is encrypted: save it without a password")
        numbers = _objects(reader)
        if len(numbers) > MOST_OBJECTS:
            raise FileRejected(f"has more than {MOST_OBJECTS:,} objects")
        pages = len(reader.pages)
        if not 1 <= pages <= MOST_PAGES:
            raise FileRejected(f"must have 1 to {MOST_PAGES:,} pages, and has {pages:,}")
        _check_whole(reader, numbers)
    except FileRejected:
        raise
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (what is wrong with a PDF shows in errors of all kinds)
        raise FileRejected("cannot be read as a PDF: it is damaged or cut short") from None
    return pages


def _objects(reader: PdfReader) -> set[tuple[int, int]]:
    """Number and generation of every object, those in object streams included."""
    found = {(number, generation) for generation, places in reader.xref.items() for number in places}
    return {each for each in found if each[0]} | {(number, 0) for number in reader.xref_objStm}


def _check_whole(reader: PdfReader, numbers: set[tuple[int, int]]) -> None:
    """Raises FileRejected if any object holds an action that runs: where it hangs does not matter."""
    _check(reader.trailer, _DEEP)
    for number, generation in sorted(numbers):
        _check(reader.get_object(IndirectObject(number, generation, reader)), _DEEP)


def _check(thing: Any, deep: int) -> None:
    # What it refers to is an object of its own and checked as such.
    if isinstance(thing, DictionaryObject):
        if _runs(thing):
            raise FileRejected("contains a script or starts a program: save it without")
        inside: Iterable[Any] = dict.values(thing)
    elif isinstance(thing, ArrayObject):
        inside = list.__iter__(thing)
    else:
        return
    if not deep:
        raise FileRejected("nests its objects too deeply")
    for value in inside:
        _check(value, deep - 1)


def _runs(thing: DictionaryObject) -> bool:
    kind = thing.raw_get("/S") if "/S" in thing else None
    kind = kind.get_object() if isinstance(kind, IndirectObject) else kind
    return "/JS" in thing or "/JavaScript" in thing or kind in _RUNS
