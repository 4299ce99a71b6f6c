"""Each stage is synthesized once for all tests; all but the local one are looked at by cdk-nag, which may end it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.kit import catalog
from shared.kit.catalog import Operation
from stacks.parts import bytecode
from stacks.parts.archives import built_archive
from tests.architecture.templates import CHOSEN, OWNER, Templates, synthesize


@pytest.fixture(scope="session")
def compiler() -> Iterator[None]:
    """Lambda's own Python; where this machine has none, the one that runs the tests, for everything but its version."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            bytecode.interpreter()
        except SystemExit:
            patch.setattr(bytecode, "PYTHON", f"{sys.version_info.major}.{sys.version_info.minor}")
        yield


@pytest.fixture(scope="session")
def operations() -> tuple[Operation, ...]:
    return catalog.load()


@pytest.fixture(scope="session")
def archives(operations: tuple[Operation, ...], compiler: None) -> dict[str, Path]:
    """Each word's archive, built once, or found as an earlier run left it."""
    return {word: built_archive(word) for word in sorted({operation.word for operation in operations})}


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    return synthesize(tmp_path_factory.mktemp("local"), "local", operations)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...], compiler: None) -> Templates:
    return synthesize(tmp_path_factory.mktemp("dev"), "dev", operations, archives=built_archive, checked=True)


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    # Whatever cdk-nag could say of it, it says of dev or of elsewhere.
    return synthesize(tmp_path_factory.mktemp("prod"), "prod", operations, **OWNER)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, operations: tuple[Operation, ...]) -> Templates:
    """Production with everything that a stage may choose: another region, a domain, copies, a database put back."""
    return synthesize(tmp_path_factory.mktemp("elsewhere"), "prod", operations, checked=True, **OWNER, **CHOSEN)
