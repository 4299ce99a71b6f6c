"""The description and the page around it."""

import pytest

from functions.system.show_asyncapi import show_asyncapi
from functions.system.show_docs import show_docs
from functions.system.show_docs_file import show_docs_file
from functions.system.show_openapi import show_openapi


def test_the_description_is_handed_out(call):
    reply = call(show_openapi)

    assert reply.status == 200
    assert reply.json["openapi"] == "3.1.0"
    assert "/api/v1/bids" in reply.json["paths"]


def test_the_description_of_sockets_is_handed_out(call):
    reply = call(show_asyncapi)

    assert reply.status == 200
    assert reply.json["asyncapi"] == "3.0.0"
    assert "tell_bid_status_changed" in reply.json["operations"]


def test_the_page_runs_no_script_but_our_own_files(call):
    reply = call(show_docs)

    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-disposition" not in reply.headers
    assert "script-src 'self';" in reply.headers["content-security-policy"]
    assert b"<script>" not in reply.body


def test_every_file_that_the_page_names_is_there(call):
    import re

    names = re.findall(rb'(?:src|href)="/docs/([^"]+)"', call(show_docs).body)

    assert len(names) == 4
    for name in names:
        reply = call(show_docs_file, path={"file": name.decode()})
        assert (reply.status, bool(reply.body)) == (200, True)
        assert len(reply.body) < 4_000_000


@pytest.mark.parametrize("name", ["docs.py", "..%2fdocs.py", "../docs.py", "", "x", "/etc/passwd"])
def test_no_other_file_is(call, name):
    assert call(show_docs_file, path={"file": name}).status == 404
