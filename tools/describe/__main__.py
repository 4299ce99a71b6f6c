"""`make openapi`: writes the documents that are derived from the code into docs/."""

from shared.kit import catalog
from tools.describe import asyncapi, diagram, error_codes, openapi, operations, webhooks


def main() -> None:
    everything = catalog.load()
    documents = {
        openapi.DOCUMENT: openapi.render(openapi.document(everything)),
        asyncapi.DOCUMENT: openapi.render(asyncapi.document(everything)),
        error_codes.DOCUMENT: error_codes.document(everything),
        diagram.DOCUMENT: diagram.document(),
        operations.DOCUMENT: operations.document(everything),
        webhooks.DOCUMENT: webhooks.document(),
    }
    for path, text in documents.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
