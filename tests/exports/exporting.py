"""Exports from the request to the file, their consumers handed what the bus would."""

import csv
import io
import json
from decimal import Decimal
from urllib.request import urlopen

from functions.exports.create_export import create_export
from functions.exports.deliver_export import deliver_export
from functions.exports.get_export import get_export
from functions.exports.record_export import record_export
from functions.exports.write_export import write_export
from tests.bus import Bus
from tests.call import call, invoke

ANNOUNCED = ("export.started", "export.written", "export.unwritten", "export.delivered", "export.undelivered")


class Exporting:
    """Asks for exports, does the platform's work on them, and reads their files."""

    def __init__(self, world):
        self.world, self.bus = world, Bus("exports-heard", ANNOUNCED)

    def ask(self, user, kind, form="JSONL", **body):
        """The answer to asking for an export."""
        return call(create_export, as_=user, body={"kind": kind, "format": form} | body)

    def happened(self, export, *names):
        return [event for event in self.world.event_details(export) if event["name"] in names]

    def write(self, export):
        """The latest attempt at the file; what was announced of it."""
        requested = self.happened(export, "export.requested")[-1]
        assert invoke(write_export, requested) == []
        return self.bus.heard()

    def deliver(self, export):
        """The latest attempt at sending the file; what was announced of it."""
        requested = self.happened(export, "export.delivery_requested")[-1]
        assert invoke(deliver_export, requested) == []
        return self.bus.heard()

    def record(self, announced):
        """Each is recorded, however often it comes."""
        for _ in range(2):
            assert invoke(record_export, *announced) == []

    def work(self, export):
        self.record(self.write(export))

    def get(self, user, export):
        return call(get_export, as_=user, path={"export_id": export})

    def made(self, user, kind, form="JSONL", **body):
        """A complete export."""
        reply = self.ask(user, kind, form, **body)
        assert reply.status == 202, reply.json
        self.work(reply.json["id"])
        found = self.get(user, reply.json["id"]).json
        assert found["status"] == "COMPLETED", found
        return found

    def file(self, user, kind, form="JSONL", **body):
        """The bytes of a complete export, as its link serves them."""
        return read(self.made(user, kind, form, **body))

    def rows(self, user, kind, **body):
        """The objects of a complete export, as JSON Lines."""
        lines = self.file(user, kind, "JSONL", **body).decode().split("\n")
        assert lines.pop() == ""
        return [json.loads(line, parse_float=Decimal) for line in lines]

    def table(self, user, kind, **body):
        """The rows of a complete export, as CSV."""
        return table_of(self.file(user, kind, "CSV", **body).decode())


def read(export):
    with urlopen(export["url"]) as response:  # noqa: S310 (moto's)
        return response.read()


def table_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))
