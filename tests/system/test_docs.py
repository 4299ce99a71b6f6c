"""The description and the page around it."""

import pytest

from functions.system.show_asyncapi import show_asyncapi
from functions.system.show_docs import show_docs
from functions.system.show_docs_file import show_docs_file
from functions.system.show_openapi import show_openapi


def test_the_openapi_document_is_served(call):
    reply = call(show_openapi)

    assert reply.status == 200
    assert reply.json["openapi"] == "3.1.0"
    assert "/api/v1/bids" in reply.json["paths"]


def test_the_asyncapi_document_is_served(call):
    reply = call(show_asyncapi)

    assert reply.status == 200
    assert reply.json["asyncapi"] == "3.0.0"
    assert "tell_bid_status_changed" in reply.json["operations"]


def test_the_docs_page_runs_only_our_own_scripts(call):
    reply = call(show_docs)

    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-disposition" not in reply.headers
    assert "script-src 'self';" in reply.headers["content-security-policy"]
    assert b"<script>" not in reply.body


def test_every_file_of_the_docs_page_is_served(call):
    import re

    names = re.findall(rb'(?:src|href)="/docs/([^"]+)"', call(show_docs).body)

    assert len(names) == 4
    for name in names:
        reply = call(show_docs_file, path={"file": name.decode()})
        assert (reply.status, bool(reply.body)) == (200, True)
        assert len(reply.body) < 4_000_000


@pytest.mark.parametrize("name", ["docs.py", "..%2fdocs.py", "../docs.py", "", "x", "/etc/passwd"])
def test_no_other_file_is_served_below_docs(call, name):
    assert call(show_docs_file, path={"file": name}).status == 404
