"""Each stage is synthesized once for all tests; all but the local one are looked at by cdk-nag, which may end it."""

from pathlib import Path

import pytest

from shared.kit import catalog
from shared.kit.catalog import Operation
from stacks.parts.archives import built_archive
from stacks.parts.bytecode import PYTHON, interpreter
from tests.architecture.templates import CHOSEN, OWNER, Templates, synthesize


def can_compile() -> bool:
    """Whether Lambda's own Python is here."""
    try:
        return bool(interpreter())
    except SystemExit:
        return False


@pytest.fixture(scope="session")
def operations() -> tuple[Operation, ...]:
    return catalog.load()


@pytest.fixture(scope="session")
def archives(operations: tuple[Operation, ...]) -> dict[str, Path]:
    """Each word's archive, built once, or found as an earlier run left it."""
    if not can_compile():
        pytest.skip(f"archives need CPython {PYTHON}")
    return {word: built_archive(word) for word in sorted({operation.domain for operation in operations})}


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    return synthesize(tmp_path_factory.mktemp("local"), "local", operations)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    archives = built_archive if can_compile() else None
    return synthesize(tmp_path_factory.mktemp("dev"), "dev", operations, archives=archives, checked=True)


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    # Whatever cdk-nag could say of it, it says of dev or of elsewhere.
    return synthesize(tmp_path_factory.mktemp("prod"), "prod", operations, **OWNER)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    """Production with everything that a stage may choose: another region, a domain, copies, a database put back."""
    return synthesize(tmp_path_factory.mktemp("elsewhere"), "prod", operations, checked=True, **OWNER, **CHOSEN)
