"""One archive for each word: its functions and exactly what they import from `shared/`, byte-compiled.

Imports are read from the source, including imports inside functions, and so is data: a file or folder that a module
names by `Path(__file__)` is included. A change in one word's functions therefore replaces only that word's functions,
and the documents that two functions of `system` serve are deployed with these alone.
"""

import ast
import functools
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from stacks.parts import bytecode

ROOT = Path(__file__).parents[2]
BUILT = ".build"
DEPLOYED = "/var/task"
OURS = ("functions", "shared")
DATA = (*OURS, "docs")
"""Nothing from any other folder is deployed, except the layers' contents, which are in /opt."""
LAYERS = "layers"


def built_archive(word: str, root: Path = ROOT) -> Path:
    """The folder that becomes /var/task: built now, or reused from an earlier synthesis.

    Raises SystemExit with a sentence if this machine cannot build it.
    """
    names = contents(word, root)
    recipe = hashlib.sha256(" ".join([bytecode.PYTHON, *bytecode.COMPILE]).encode())
    for name in names:
        recipe.update(f"{name}\0".encode() + hashlib.sha256((root / name).read_bytes()).digest())
    target = root / BUILT / f"{word}-{recipe.hexdigest()[:16]}"
    if not target.exists():
        _build(word, root, names, target)
    return target


def _build(word: str, root: Path, names: list[str], target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    for name in names:
        (unfinished / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, unfinished / name)
    bytecode.compile_folder(unfinished, DEPLOYED, f"The archive of {word!r}")
    try:
        unfinished.rename(target)
    except OSError:
        # Another process was faster. Its result is the same.
        if not target.exists():
            raise
        shutil.rmtree(unfinished)
    for older in target.parent.glob(f"{word}-????????????????"):
        if older != target:
            shutil.rmtree(older, ignore_errors=True)


def contents(word: str, root: Path = ROOT) -> list[str]:
    """The paths of everything in the word's archive except bytecode, relative to `root`."""
    found: set[str] = set()
    new = [_relative(path, root) for path in sorted((root / "functions" / word).rglob("*.py"))]
    while new:
        name = new.pop()
        if name not in found:
            found.add(name)
            if name.endswith(".py"):
                new += _leads_to(name, root)
    return sorted(found)


def _leads_to(name: str, root: Path) -> Iterator[str]:
    """The module's packages, the modules that it may import, and the data that it names."""
    imported, named = _read((root / name).read_text(), name)
    files = [f"{folder}/__init__.py" for folder in PurePosixPath(name).parents]
    for path in (module.replace(".", "/") for module in imported):
        files += [f"{path}.py", f"{path}/__init__.py"]
    yield from (file for file in files if (root / file).is_file())
    for data in named:
        yield from _files(root / data, root)


def _files(path: Path, root: Path) -> Iterator[str]:
    """The file, or all files in the folder."""
    for each in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if each.is_file() and "__pycache__" not in each.parts:
            yield _relative(each, root)


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


@functools.cache
def _read(source: str, name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Which of our modules this module may import, and which files and folders it names by `__file__`."""
    module = _Module(name)
    module.visit(ast.parse(source))
    return frozenset(module.imported), frozenset(module.named)


class _Module(ast.NodeVisitor):
    def __init__(self, name: str) -> None:
        self.imported: set[str] = set()
        self.named: set[str] = set()
        self._name = PurePosixPath(name)

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for each in node.orelse:
                self.visit(each)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self._import(*(alias.name for alias in node.names))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.level:
            raise SystemExit(f"{self._name}:{node.lineno} imports relatively: name the module in full.")
        self._import(f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names))

    def _import(self, *modules: str) -> None:
        self.imported |= {module for module in modules if module.partition(".")[0] in OURS}

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._take(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._take(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._take(node)

    def visit_Name(self, node: ast.Name) -> None:
        if node.id == "__file__":
            raise SystemExit(
                f"{self._name}:{node.lineno} names data so that its archive cannot know it: "
                f'write Path(__file__).parent / "name".'
            )

    def _take(self, node: ast.expr) -> None:
        path = self._path(node)
        if path is None:
            self.generic_visit(node)
        elif path.parts[:1] == (LAYERS,):
            return
        # A top folder as a whole, let alone the root, is never data.
        elif len(path.parts) < 2 or path.parts[0] not in DATA:
            raise SystemExit(f"{self._name}:{node.lineno} names {path}, which is not deployed.")
        else:
            self.named.add(str(path))

    def _path(self, node: ast.expr) -> PurePosixPath | None:
        """The expression's value, if it starts from `Path(__file__)`."""
        match node:
            case ast.BinOp(left, ast.Div(), ast.Constant(str(part))):
                base = self._path(left)
                return base / part if base is not None else None
            case ast.Attribute(ast.Call(ast.Name("Path"), [ast.Name("__file__")]), "parent"):
                return self._name.parent
            case ast.Subscript(
                ast.Attribute(ast.Call(ast.Name("Path"), [ast.Name("__file__")]), "parents"), ast.Constant(int(up))
            ):
                return self._name.parents[up]
        return None
