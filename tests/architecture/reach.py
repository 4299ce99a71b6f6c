"""Which of our own functions an operation may come to call, read off the source: nothing is imported or run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

Name = tuple[str, str]
"""Module and what it defines."""


@dataclass
class Definition:
    """A function, a class or a constant: every name and text in it, and which definitions it mentions."""

    words: set[str] = field(default_factory=set)
    mentions: set[Name] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    """What it imports itself, when it is called."""


class Source:
    """All definitions below functions/ and shared/."""

    def __init__(self) -> None:
        # The table of resources names them all and uses none; what the kit does for a visitor is told apart.
        paths = [*(ROOT / "functions").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]
        self._trees = {
            ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
            for path in paths
            if path not in (ROOT / "shared" / "kit" / "resources.py", ROOT / "shared" / "kit" / "visitor.py")
        }

    @cached_property
    def definitions(self) -> dict[Name, Definition]:
        return {
            (module, name): self._read(module, tree, node)
            for module, tree in self._trees.items()
            for node in tree.body
            for name in _defined(node)
        }

    def words_of(self, module: str, name: str) -> set[str]:
        """Every name and text in the definition and in whatever it leads to."""
        return set().union(*(self.definitions[found].words for found in self.reach((module, name))))

    def packages_of(self, module: str, name: str) -> set[str]:
        """Every package that the definition, or whatever it leads to, imports only when it is called."""
        return set().union(*(self.definitions[found].packages for found in self.reach((module, name))))

    def reach(self, start: Name) -> set[Name]:
        """The definition and whatever it leads to."""
        found, new = {start}, [start]
        while new:
            next_ = self.definitions[new.pop()].mentions & self.definitions.keys() - found
            found |= next_
            new += next_
        return found

    def _read(self, module: str, tree: ast.Module, node: ast.AST) -> Definition:
        if isinstance(node, ast.FunctionDef):
            # A decorator says what an operation is, not what it does.
            node = ast.Module([*node.args.args, *node.body], [])
        # Imports inside a function count as its own.
        known = dict(self._imports(tree.body)) | dict(self._imports(ast.walk(node)))
        found = Definition()
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.words.add(part.value)
            elif isinstance(part, ast.Name):
                found.words.add(part.id)
                found.mentions.add(known.get(part.id, (module, part.id)))
            elif isinstance(part, ast.Import):
                found.packages |= {alias.name.partition(".")[0] for alias in part.names}
            elif isinstance(part, ast.ImportFrom):
                found.packages.add(str(part.module).partition(".")[0])
            elif isinstance(part, ast.Attribute):
                found.words.add(part.attr)
                if isinstance(part.value, ast.Name) and part.value.id in known:
                    found.mentions.add((".".join(filter(None, known[part.value.id])), part.attr))
        return found

    def _imports(self, nodes: object) -> Iterator[tuple[str, Name]]:
        for node in nodes:  # type: ignore[attr-defined]
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    yield alias.asname or alias.name, (node.module, alias.name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.asname or alias.name, (alias.name, "")


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []
