"""Whatever a comment, a docstring or a page of docs/ cites exists; nothing internal is told to users."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from shared.kit.errors import Refusal
from tests.architecture.named_tests import ROOT, exists

TOPS = ("shared", "functions", "stacks", "local", "tools", "tests", "bench")
# A released migration is never edited, and neither are its comments.
CODE = [path for top in TOPS for path in sorted((ROOT / top).rglob("*.py")) if "migrations" not in path.parts]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PUBLISHED = [ROOT / "docs" / "openapi.json", ROOT / "docs" / "asyncapi.json"]

_FILE = re.compile(
    r"(?<![\w./<-])(?:shared|functions|stacks|local|tools|tests|docs|bench)/[\w./-]*\w\.(?:py|md|json|sql|svg)\b"
)
_TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
_DECISION = re.compile(r"docs/decisions/(\d{4}[\w-]*)")
_SPEC = re.compile(r"\b[Ss]pec (\d+)\b")
_SECTION = re.compile(r"\bS0 (§\d+(?:\.\d+)?)")
_QUALITY = re.compile(r"\b[Qq]uality (\d+)\b")
_MATHS = re.compile(r"\[docs/spec/lease-maths\.md, ([^\]]+)\]")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_UNRESOLVED = re.compile(r"\bdecision \d|\bsource 0\d\d|\bcatalogue \d|(?<![\w/.(\[-])spec/[\w-]+\.md", re.IGNORECASE)
_INTERNAL = re.compile(
    r"(?:shared|functions|stacks|local|tools|tests)/\w|\bdocs/\w|\.(?:py|md)\b|"
    r"\bspec \d|\bS0\b|\bdecision \d|\bsource 0\d\d"
)


@cache
def _text(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


def _prose(path: Path) -> str:
    """A page's text; the comments and docstrings of a module."""
    source = path.read_text()
    if path.suffix != ".py":
        return source
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return "\n".join(comments + [text for _, text in _bare_strings(ast.parse(source))])


def _bare_strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Docstrings, also those below a constant, each with the id of its node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield id(node.value), node.value.value


def _missing(text: str) -> Iterator[str]:
    yield from (name for name in _FILE.findall(text) if not (ROOT / name).exists())
    yield from (f"{path}::{name}" for path, name in _TEST.findall(text) if not exists((path, name)))
    names = [path.name for path in (ROOT / "docs" / "decisions").iterdir()]
    yield from (cited for cited in _DECISION.findall(text) if not any(name.startswith(cited) for name in names))
    yield from (f"spec {row}" for row in _SPEC.findall(text) if f"\n## {row}\n" not in _text("spec/decisions.md"))
    sections = re.findall(r"§[\d.]*\d", _text("spec/README.md"))
    yield from (f"S0 {section}" for section in _SECTION.findall(text) if section not in sections)
    yield from (f"quality {row}" for row in _QUALITY.findall(text) if f"\n| {row} |" not in _text("quality.md"))
    parts = (" ".join(part.split()) for part in _MATHS.findall(text))
    yield from (part for part in parts if f"\n## {part}" not in _text("spec/lease-maths.md"))
    yield from _UNRESOLVED.findall(text)


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", [*CODE, *PAGES], ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_cited_exists(path: Path) -> None:
    assert sorted(_missing(_prose(path))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text()):
        if "://" in link:
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize(
    "text",
    [
        "shared/kit/nowhere.py",
        "tests/bids/test_place_bid.py::test_of_nothing",
        "docs/decisions/9999-nothing.md",
        "spec 999",
        "S0 §99",
        "quality 999",
        "[docs/spec/lease-maths.md, Nothing]",
        "decision 26",
        "source 000",
    ],
)
def test_a_citation_of_nothing_is_found(text: str) -> None:
    assert list(_missing(text))


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.name)
def test_nothing_internal_is_published(path: Path) -> None:
    assert [line for line in path.read_text().splitlines() if _INTERNAL.search(line)] == []


def test_no_refusal_tells_a_user_what_is_internal() -> None:
    ahead: list[type[Refusal]] = [Refusal]
    while ahead:
        kind = ahead.pop()
        ahead += kind.__subclasses__()
        assert not _INTERNAL.search(f"{getattr(kind, 'message', '')} {kind.remedy or ''}"), kind


@pytest.mark.parametrize("word", ["notifications", "contracts", "payments"])
def test_no_notice_mail_or_document_tells_a_user_what_is_internal(word: str) -> None:
    """Every text of these words that is not a docstring may stand in something that a user reads."""
    told = []
    for path in sorted((ROOT / "shared" / word).rglob("*")):
        if path.suffix == ".py":
            told += [f"{path.name}: {text}" for text in _texts(ast.parse(path.read_text())) if _INTERNAL.search(text)]
        elif path.suffix in (".txt", ".html", ".j2") and _INTERNAL.search(path.read_text()):
            told.append(str(path))
    assert told == []


def _texts(tree: ast.Module) -> Iterator[str]:
    bare = {number for number, _ in _bare_strings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def test_readme_cites_no_decisions_no_sources_and_no_paths_of_a_machine() -> None:
    readme = (ROOT / "README.md").read_text()
    assert re.findall(r"\bspec \d+|\bS0\b|decisions/\d{4}|(?<=[\s`(])/[a-z]+/[a-z]", readme) == []
