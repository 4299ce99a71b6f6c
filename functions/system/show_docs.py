"""Read the API reference.

A page with the API's documentation. Requests can be tried with the reader's own token.
"""

from typing import Annotated

from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.reply import File, Reply
from shared.system.docs import POLICY, page


@endpoint("GET /docs", root=True, access=ANYONE, rate=None, layers=("docs",))
def show_docs() -> Reply[Annotated[File, "text/html"]]:
    return Reply(page("index.html"), headers={"content-security-policy": POLICY})
