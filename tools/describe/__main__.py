"""`make openapi`: what the code says of itself, written into docs/ and README."""

from shared.kit import catalog
from tools.describe import asyncapi, diagram, error_codes, openapi, operations


def main() -> None:
    everything = catalog.load()
    readme = operations.README.read_text(encoding="utf-8")
    documents = {
        openapi.DOCUMENT: openapi.render(openapi.document(everything)),
        asyncapi.DOCUMENT: openapi.render(asyncapi.document(everything)),
        error_codes.DOCUMENT: error_codes.document(everything),
        diagram.DOCUMENT: diagram.document(),
        operations.README: operations.with_table(readme, everything),
    }
    for path, text in documents.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
