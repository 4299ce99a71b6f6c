"""The files behind /docs: a page of our own around Swagger UI, which comes in the layer `docs`.

Swagger UI is the `dist` folder of the package flask-swagger-ui (the only one on PyPI with a release that
reads OpenAPI 3.1 and needs no build); Flask itself is never imported.
"""

from importlib.util import find_spec
from pathlib import Path

from shared.kit.errors import NotFound
from shared.kit.reply import File

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

OURS = Path(__file__).parent / "pages"

TYPES = {
    "index.html": "text/html; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon-32x32.png": "image/png",
}


def page(name: str) -> File:
    """One of the page's files. Raises NotFound for every other name."""
    if name not in TYPES:
        raise NotFound()
    ours = OURS / name
    path = ours if ours.exists() else _swagger_ui() / name
    return File(path.read_bytes(), TYPES[name], name=None)


def _swagger_ui() -> Path:
    found = find_spec("flask_swagger_ui")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the layer `docs` is missing: flask-swagger-ui")
    return Path(found.submodule_search_locations[0]) / "dist"
