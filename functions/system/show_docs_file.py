"""Retrieve a documentation asset.

Serves the scripts and styles of the documentation page.
"""

from typing import Annotated

from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.reply import File, Reply
from shared.system.docs import page

# From our own origin, as the page's content security policy demands.


@endpoint("GET /docs/{file}", root=True, access=ANYONE, rate=None, layers=("docs",))
def show_docs_file(file: str) -> Reply[Annotated[File, "*/*"]]:
    return Reply(page(file), headers={"cache-control": "public, max-age=3600"})
