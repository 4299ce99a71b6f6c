"""How the operations of system succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

BODIES = {}


class Successes(Cast):
    def check_health(self) -> Asked:
        return {}

    check_liveness = check_readiness = show_docs = show_openapi = show_asyncapi = check_health

    def show_docs_file(self) -> Asked:
        return {"path": {"file": "swagger-ui.css"}}
