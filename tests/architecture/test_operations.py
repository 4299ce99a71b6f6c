"""docs/operations.md lists every operation of the catalog."""

from shared.kit import catalog
from tools.describe import operations

WRITTEN = operations.DOCUMENT.read_text(encoding="utf-8")


def test_the_table_of_operations_is_current():
    assert operations.document(catalog.load()) == WRITTEN, "run `make openapi`"


def test_the_table_of_operations_links_the_file_of_every_operation():
    for operation in catalog.load():
        assert WRITTEN.count(f"[{operation.name}](../{operation.module.replace('.', '/')}.py)") == 1, operation.name
