"""What is deployed of our own code: one archive a word, complete, compiled, and replaced only by what is in it."""

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import FileSystem

from shared.kit.catalog import Operation
from stacks.parts import bytecode
from stacks.parts.archives import built_archive
from tests.architecture.templates import ROOT, Templates

UNCHECKED_HASH = 1
"""In a .pyc's flags: it is found by its source's hash, and nobody looks whether that still holds."""

# Imports each archive's handlers in a process that has nothing else of ours; what they stand on is loaded once for all.
PROBE = """
import importlib, json, os, sys
import aws_lambda_powertools, hiredis, psycopg, pydantic
for archive, handlers in json.load(sys.stdin).items():
    if os.fork() == 0:
        sys.path.insert(0, archive)
        found = {}
        for handler in handlers:
            try:
                module, _, name = handler.rpartition(".")
                getattr(importlib.import_module(module), name)
            except BaseException as error:
                found[handler] = repr(error)
        ours = [each for key, each in sys.modules.items() if key.partition(".")[0] in ("functions", "shared")]
        found |= {each.__name__: each.__file__ for each in ours if not each.__file__.startswith(archive)}
        print(json.dumps({"tried": handlers, "wrong": found}), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def elsewhere_built(archives: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The sources in another folder, and the hash of each archive that is built of them."""
    root = tmp_path_factory.mktemp("sources")
    for name in ("functions", "shared", "docs"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root, {word: hash_of(built_archive(word, root)) for word in archives}


def test_a_handler_finds_all_that_it_imports_in_its_word_s_archive(
    archives: dict[str, Path], operations: tuple[Operation, ...], tmp_path: Path
) -> None:
    handlers = {
        str(folder): [operation.handler for operation in operations if operation.word == word]
        for word, folder in archives.items()
    }
    found = found_by_importing(handlers, tmp_path)
    assert [each["wrong"] for each in found if each["wrong"]] == []
    assert {handler for each in found for handler in each["tried"]} == {operation.handler for operation in operations}


def test_a_module_that_is_missing_from_an_archive_is_noticed(archives: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(archives["bids"], tmp_path / "bids")
    (tmp_path / "bids" / "shared" / "bids" / "rules.py").unlink()
    handler = "functions.bids.place_bid.place_bid"

    [found] = found_by_importing({str(tmp_path / "bids"): [handler]}, tmp_path)

    assert "cannot import name 'rules'" in found["wrong"][handler]


def test_an_archive_holds_what_its_modules_import_later_too(archives: dict[str, Path]) -> None:
    """Also inside functions, which no import of a handler reaches."""
    missing = [
        f"{word}: {path.relative_to(folder)} imports {module}"
        for word, folder in archives.items()
        for path in folder.rglob("*.py")
        for module in imports_of(path)
        if not is_module(folder, module) and is_module(ROOT, module)
    ]
    assert missing == []


def test_an_archive_holds_nothing_that_is_not_deployed(archives: dict[str, Path]) -> None:
    for word, folder in archives.items():
        files = files_of(folder)
        tops = {"functions", "shared"} | ({"docs"} if word == "system" else set())
        assert {file.split("/")[0] for file in files} == tops, word
        assert {file.split("/")[1] for file in files if file.startswith("functions/")} - {"__init__.py"} <= {
            word,
            "__pycache__",
        }
        assert [file for file in files if file.endswith(".asl.json") or "/test" in file] == [], word


def test_documents_and_migrations_travel_with_system_alone(archives: dict[str, Path]) -> None:
    files = {word: files_of(folder) for word, folder in archives.items()}
    assert {file for file in files["system"] if file.startswith("docs/")} == {"docs/openapi.json", "docs/asyncapi.json"}
    assert {word for word, names in files.items() if any(name.startswith("shared/schema/") for name in names)} == {
        "system"
    }
    migrations = {str(path.relative_to(ROOT)) for path in (ROOT / "shared" / "schema" / "migrations").rglob("*.sql")}
    assert migrations
    assert migrations <= files["system"]


def test_all_data_beside_our_modules_is_in_an_archive(archives: dict[str, Path]) -> None:
    deployed = {file for folder in archives.values() for file in files_of(folder)}
    # These say what migrations have made, for a test to compare (docs/decisions/0028): no function reads them.
    compared = ("shared/schema/functions/", "shared/schema/policies/", "shared/schema/views/")
    beside = {file for file in files_of(ROOT / "shared", ROOT) if not file.endswith((".py", ".pyc"))}
    data = {file for file in beside if not file.startswith(compared)}
    assert len(data) > 50
    assert data - deployed == set(), "Name it by Path(__file__).parent / …, or it reaches no function."


def test_every_module_is_compiled_for_where_it_will_run(archives: dict[str, Path]) -> None:
    for folder in archives.values():
        for source in folder.rglob("*.py"):
            compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-{bytecode.PYTHON.replace('.', '')}.pyc"
            content = compiled.read_bytes()
            assert int.from_bytes(content[4:8], "little") == UNCHECKED_HASH, compiled
            assert f"/var/task/{source.relative_to(folder)}".encode() in content, compiled
            assert str(ROOT).encode() not in content, compiled


def test_the_same_sources_in_another_folder_give_the_same_hashes(
    archives: dict[str, Path], elsewhere_built: tuple[Path, dict[str, str]]
) -> None:
    _, hashes = elsewhere_built
    assert {word: hash_of(folder) for word, folder in archives.items()} == hashes


@pytest.mark.parametrize("path", ["functions/bids/place_bid.py", "shared/search/models.py"])
def test_a_docstring_replaces_only_the_functions_that_have_it(
    elsewhere_built: tuple[Path, dict[str, str]], archives: dict[str, Path], path: str
) -> None:
    root, before = elsewhere_built
    source = root / path
    original = source.read_text()
    assert original.startswith('"""')
    source.write_text('"""Changed. ' + original.removeprefix('"""'))
    try:
        after = {word: hash_of(built_archive(word, root)) for word in before}
    finally:
        source.write_text(original)

    changed = {word for word in before if before[word] != after[word]}
    assert changed == {word for word, folder in archives.items() if (folder / path).exists()}
    assert changed == {Path(path).parts[1]}


def test_what_is_built_is_found_again_and_what_is_older_goes(tmp_path: Path) -> None:
    write(tmp_path, '"""First."""')
    first = built_archive("word", tmp_path)
    (first / "mark").touch()

    assert built_archive("word", tmp_path) == first and (first / "mark").exists()
    write(tmp_path, '"""Second."""')
    second = built_archive("word", tmp_path)

    assert list(first.parent.iterdir()) == [second]


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("from . import other", "functions/word/act.py:1 imports relatively"),
        ("DATA = open(__file__)", "functions/word/act.py:1 names data so that its archive cannot know it"),
        ("from pathlib import Path\nDATA = Path(__file__).parents[2] / 'tests'", "names tests, which is not deployed"),
        ("from pathlib import Path\nDATA = Path(__file__).parents[2]", "names ., which is not deployed"),
        ("def act(:", "invalid syntax"),
    ],
)
def test_what_no_archive_could_hold_is_refused_with_a_sentence(tmp_path: Path, source: str, sentence: str) -> None:
    write(tmp_path, source)
    with pytest.raises((SystemExit, SyntaxError), match=sentence.replace("(", r"\(")):
        built_archive("word", tmp_path)


def test_without_lambda_s_own_python_nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bytecode, "PYTHON", "3.99")
    write(tmp_path, '"""Nothing."""')
    with pytest.raises(SystemExit, match="needs CPython 3.99 itself"):
        built_archive("word", tmp_path)


def test_every_function_runs_on_its_word_s_archive(
    archives: dict[str, Path], operations: tuple[Operation, ...], dev: Templates
) -> None:
    functions = dev.functions()
    assert len(functions) == len(operations)
    for operation in operations:
        key = functions[operation.handler]["Code"]["S3Key"].removesuffix(".zip")
        asset = Path(dev.assembly.directory) / f"asset.{key}"
        assert files_of(asset) == files_of(archives[operation.word]), operation.name


def write(root: Path, source: str) -> None:
    """A tree of one word with one module."""
    path = root / "functions" / "word" / "act.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def found_by_importing(handlers: dict[str, list[str]], folder: Path) -> list[dict[str, Any]]:
    """For each archive the handlers that were imported, and what went wrong: an error, or a module from elsewhere."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        input=json.dumps(handlers),
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def imports_of(path: Path) -> Iterator[str]:
    """Everywhere in the module but where only a type checker looks."""
    tree = ast.parse(path.read_text())
    checked = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    unread = {node for each in checked for node in ast.walk(each)}
    for node in ast.walk(tree):
        if node in unread:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names))


def is_module(root: Path, name: str) -> bool:
    path = root / name.replace(".", "/")
    return name.startswith("shared.") and (path.with_suffix(".py").exists() or (path / "__init__.py").exists())


def files_of(folder: Path, root: Path | None = None) -> set[str]:
    return {str(path.relative_to(root or folder)) for path in folder.rglob("*") if path.is_file()}


def hash_of(archive: Path) -> str:
    """As CDK names the asset."""
    return str(FileSystem.fingerprint(str(archive)))
