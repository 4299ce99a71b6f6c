"""Quality 28: while S3 is down nothing is promised that is not there: no row ever points to a missing object."""

import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
import pytest

from functions.contracts.download_contract import download_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.discard_document import discard_document
from functions.leasing.release_space import release_space
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from functions.payments import render_documents as papers_module
from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.render_documents import render_documents
from shared.kit import aws
from shared.kit.errors import Unavailable
from tests.leasing.deal import Deal

DOWN = ["gone", "silent", "busy"]


class Busy(BaseHTTPRequestHandler):
    """S3 where it has too much to do."""

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(503, "Slow Down")
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_PUT = do_DELETE = do_POST = answer

    def log_message(self, *_):
        pass


class Storage:
    """S3, which can go; everything else of AWS goes with it, and is not needed here."""

    def __init__(self, monkeypatch):
        self._monkeypatch = monkeypatch
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
        self._thread = None

    def goes(self, how):
        self._monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{self._server.server_port}")
        for function in (aws.read_object, aws.write_object, aws.delete_object):
            # Nobody waits ten seconds here.
            self._monkeypatch.setattr(function, "__defaults__", (0.5,))
        if how == "gone":
            self._server.server_close()
        if how == "busy":
            self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
            self._thread.start()
        # Silent: connections are taken by the backlog, and that is all.

    def comes_back(self):
        self._monkeypatch.undo()
        if self._thread:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()


@pytest.fixture
def storage(monkeypatch):
    storage = Storage(monkeypatch)
    yield storage
    storage.comes_back()


@pytest.fixture
def deal(world, call):
    return Deal(world, call)


@pytest.fixture
def paid(deal, call):
    """A payment that was recorded, whose documents nobody has rendered yet."""
    deal.signed().run(schedule_payments, activate_contract)
    payment = call(list_payments, as_=deal.owner, query={"limit": 1}).json["data"][0]["id"]
    body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    assert call(record_payment, as_=deal.owner, path={"payment_id": payment}, body=body).status == 200
    return payment


@pytest.fixture
def stored(deal, environment):
    """The kinds of the deal's documents, each of which is in the bucket with the bytes that its row promises."""
    bucket = boto3.resource("s3").Bucket("documents")

    def check():
        rows = deal.world.sql("SELECT * FROM documents WHERE contract_id = %(id)s ORDER BY kind", id=deal.contract)
        for row in rows:
            content = bucket.Object(row["object_key"]).get()["Body"].read()
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (row["sha256"], row["byte_size"])
        return [row["kind"] for row in rows]

    return check


def recorded(deal, payment):
    return [event for event in deal.world.event_details(payment) if event["name"] == "payment.recorded"]


@pytest.mark.parametrize("how", DOWN)
def test_a_lease_that_cannot_be_stored_is_not_generated(deal, storage, how, stored):
    storage.goes(how)
    with pytest.raises(Unavailable):
        deal.run(render_lease)

    assert (stored(), deal.row()["document_sha256"], deal.row()["document_key"]) == ([], None, None)
    assert "contract.generated" not in deal.events()

    storage.comes_back()
    deal.run(render_lease)

    assert stored() == ["LEASE"]
    assert deal.events().count("contract.generated") == 1


def test_a_lease_that_was_stored_by_a_step_that_died_is_stored_again(deal, monkeypatch, stored):
    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("shared.leasing.queries.insert_document", die)
        with pytest.raises(KeyboardInterrupt):
            deal.run(render_lease)
    assert stored() == []

    deal.run(render_lease, request_signatures)

    assert stored() == ["LEASE"]
    assert deal.row()["status"] == "PENDING_SIGNATURE"


@pytest.mark.parametrize("how", DOWN)
def test_documents_that_cannot_be_stored_wait_in_the_queue(deal, paid, invoke, storage, how, stored):
    events = recorded(deal, paid)
    storage.goes(how)
    assert invoke(render_documents, *events) == ["message-0"]
    assert stored() == ["LEASE"]

    storage.comes_back()
    assert invoke(render_documents, *events) == []

    assert stored() == ["INVOICE", "LEASE", "RECEIPT"]


def test_of_two_documents_neither_is_announced_if_one_cannot_be_stored(deal, paid, invoke, monkeypatch, stored):
    write = papers_module.write_object

    def only_invoices(bucket, key, *content):
        if key.startswith("receipts/"):
            raise Unavailable
        write(bucket, key, *content)

    with monkeypatch.context() as half:
        half.setattr(papers_module, "write_object", only_invoices)
        assert invoke(render_documents, *recorded(deal, paid)) == ["message-0"]

    assert stored() == ["LEASE"]


@pytest.mark.parametrize("how", DOWN)
def test_downloads_answer_503_during_an_outage_and_work_again_afterwards(deal, paid, call, storage, how, stored):
    asked = [
        (download_contract, {"contract_id": deal.contract}),
        (download_invoice, {"payment_id": paid}),
        (download_receipt, {"payment_id": paid}),
    ]
    storage.goes(how)
    refused = [call(operation, as_=deal.client, path=path) for operation, path in asked]
    storage.comes_back()
    served = [call(operation, as_=deal.client, path=path) for operation, path in asked]

    assert [(reply.status, reply.code) for reply in refused] == [(503, "SERVICE_UNAVAILABLE")] * 3
    assert [reply.status for reply in served] == [200] * 3
    assert stored() == ["LEASE"]


@pytest.mark.parametrize("how", DOWN)
def test_a_cancelled_deals_row_is_deleted_before_its_object(deal, invoke, storage, how, stored):
    deal.run(render_lease)
    key = deal.row()["document_key"]
    storage.goes(how)
    deal.run(void_contract, release_space)
    voided = [event for event in deal.world.event_details(deal.contract) if event["name"] == "contract.voided"]
    assert invoke(discard_document, *voided) == ["message-0"]
    assert (stored(), deal.row()["document_key"], deal.space_status()) == ([], None, "AVAILABLE")

    storage.comes_back()
    assert invoke(discard_document, *voided) == []

    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="documents", Prefix=key)
