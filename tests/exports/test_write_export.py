"""Writing an export: whole or not at all, one snapshot, nothing of anybody else's, tried again when it fails."""

import hashlib
import json
import threading
from datetime import timedelta
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from functions.exports.retry_exports import retry_exports
from functions.exports.sweep_exports import sweep_exports
from functions.exports.write_export import write_export
from shared.exports import formats, rules
from shared.kit import streamed
from shared.kit.snapshot import Snapshot
from tests.exports.exporting import read, table_of
from tests.leasing.deal import Deal


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def s3(environment):
    return boto3.client("s3")


def objects(s3, export):
    found = s3.list_objects_v2(Bucket="exports").get("Contents", [])
    return [each["Key"] for each in found if export in each["Key"]]


def uploads(s3, export):
    """Those that were begun and neither completed nor given up."""
    found = s3.list_multipart_uploads(Bucket="exports").get("Uploads", [])
    return [each["Key"] for each in found if export in each["Key"]]


def fails(monkeypatch, error, after=0):
    """S3 takes so many parts and then goes."""
    send = streamed.Upload._send

    def sending(self):
        if len(self._parts) >= after:
            raise error
        send(self)

    monkeypatch.setattr(streamed.Upload, "_send", sending)


GONE = EndpointConnectionError(endpoint_url="https://s3")


def test_a_complete_export_is_what_its_hash_says(world, exporting, owner):
    world.space(owner)
    export = exporting.made(owner, "SPACES", "JSON")

    content = read(export)

    assert (export["rows"], export["size_bytes"]) == (1, len(content))
    assert export["sha256"] == hashlib.sha256(content).hexdigest()
    assert world.events(export["id"]) == ["export.requested", "export.completed"]


def test_the_link_works_for_a_minute_and_saves_under_a_name(exporting, owner):
    export = exporting.made(owner, "SPACES", "CSV")

    with urlopen(export["url"]) as response:  # noqa: S310 (moto's)
        assert 'filename="spaces-' in response.headers["content-disposition"]
        assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "X-Amz-Expires=60" in export["url"]
    assert exporting.get(owner, export["id"]).json["url"] is not None


def test_an_empty_export_has_its_header(exporting, owner):
    assert exporting.file(owner, "PAYMENTS", "CSV") == (
        b"contract_id,payment_id,amount,currency,due_date,paid_date,status\n"
    )
    assert json.loads(exporting.file(owner, "PAYMENTS", "JSON")) == {"payments": []}
    assert exporting.file(owner, "PAYMENTS", "JSONL") == b""
    assert exporting.file(owner, "PAYMENTS", "XLSX").startswith(b"PK")


FORMULAS = ["=1+1", "@x", "\u200b=1", "\u00a0+1", "  -1", "＝1", "plain", 'a "quoted", one', "-"]


def test_no_cell_is_a_formula_and_numbers_stay_numbers(world, exporting, owner):
    for name in FORMULAS:
        world.space(owner, name=name, price=7)

    table = exporting.table(owner, "SPACES")

    assert sorted(row["name"] for row in table) == sorted(
        name if name in ("plain", 'a "quoted", one') else f"'{name}" for name in FORMULAS
    )
    assert {row["base_price_monthly"] for row in table} == {"7.00"}
    # Other formats hold what there is.
    assert sorted(row["name"] for row in exporting.rows(owner, "SPACES")) == sorted(FORMULAS)


def test_text_survives_every_format(world, exporting, owner):
    name = 'Zürich, "7"; \\x \\. 日本 \U0001f600 \\N'
    world.space(owner, name=name)

    assert exporting.rows(owner, "SPACES")[0]["name"] == name
    assert json.loads(exporting.file(owner, "SPACES", "JSON"))["spaces"][0]["name"] == name
    assert exporting.table(owner, "SPACES")[0]["name"] == name


@pytest.mark.parametrize("form", ["CSV", "JSON", "JSONL", "XLSX"])
def test_an_export_of_many_rows_is_whole(world, exporting, owner, monkeypatch, form):
    """Blocks, parts and sheets are small here, so that there are several of each."""
    building = world.building(owner)
    for _ in range(23):
        world.space(owner, building=building)
    monkeypatch.setattr("shared.kit.snapshot._BLOCK", 3)
    monkeypatch.setattr(formats, "_SHEET_ROWS", 9)
    monkeypatch.setattr(streamed, "PART", 2000)
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)

    export = exporting.made(owner, "SPACES", form)

    content = read(export)
    assert (export["rows"], export["sha256"]) == (23, hashlib.sha256(content).hexdigest())
    if form == "CSV":
        assert len({row["id"] for row in table_of(content.decode())}) == 23
    elif form == "JSON":
        assert len({row["id"] for row in json.loads(content)["spaces"]}) == 23
    elif form == "JSONL":
        assert len({json.loads(line)["id"] for line in content.decode().splitlines()}) == 23
    else:
        from io import BytesIO

        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_filelike(BytesIO(content))
        sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        assert [len(rows) for rows in sheets] == [9, 9, 8]
        assert len({row[0] for rows in sheets for row in rows[1:]}) == 23


def test_an_export_is_one_snapshot_however_others_write(world, exporting, owner, monkeypatch):
    """Quality 82: between two of its statements, and between two of its rows, others change what it reads."""
    building = world.building(owner)
    for _ in range(5):
        world.space(owner, building=building, name="before")
    monkeypatch.setattr("shared.kit.snapshot._BLOCK", 1)
    blocks = Snapshot.blocks

    def writing(self, *asked):
        world.sql("UPDATE spaces SET name = 'after' WHERE building_id = %(id)s", id=building)
        world.space(owner, building=building, name="after")
        yield from blocks(self, *asked)

    taken = Snapshot._set_context

    def seen(self):
        taken(self)
        # A snapshot is that of the first statement which reads.
        self._connection.execute("SELECT count(*) FROM spaces")

    monkeypatch.setattr(Snapshot, "blocks", writing)
    monkeypatch.setattr(Snapshot, "_set_context", seen)

    rows = exporting.rows(owner, "SPACES")

    assert [row["name"] for row in rows] == ["before"] * 5


def test_nothing_of_another_organization_is_exported(world, exporting, call):
    mine, theirs = Deal(world, call).signed(), Deal(world, call).signed()
    kinds = {kind for kind in rules.KINDS if kind != "ALL"}

    for user in (mine.owner, mine.client):
        for kind in sorted(kind for kind in kinds if user.role in rules.KINDS[kind].roles):
            text = exporting.file(user, kind).decode()
            for thing in (theirs.contract, theirs.bid, theirs.space, theirs.owner.organization_id, theirs.client.id):
                assert str(thing) not in text, kind


def test_row_level_security_alone_keeps_others_rows_out(world, exporting, call, monkeypatch):
    mine, theirs = Deal(world, call).signed(), Deal(world, call).signed()
    from shared.exports import sources
    from shared.organizations.sides import EVERY_SIDE

    source = sources.SOURCES["CONTRACTS"]
    without = sources.Source(source.model, source.statement, sides=lambda caller: EVERY_SIDE)
    monkeypatch.setitem(sources.SOURCES, "CONTRACTS", without)

    found = [row["id"] for row in exporting.rows(mine.owner, "CONTRACTS")]

    assert found == [mine.contract] and theirs.contract not in found


def test_whoever_lost_the_right_meanwhile_gets_nothing(world, exporting, owner):
    for change in ("role = 'AGENT'", "status = 'SUSPENDED'", "deleted_at = now()"):
        user = world.colleague(owner)
        export = exporting.ask(user, "AUDIT").json["id"]
        world.sql(f"UPDATE users SET {change} WHERE id = %(id)s", id=user.id)

        exporting.work(export)

        found = exporting.get(owner, export).json
        assert (found["status"], found["url"]) == ("FAILED", None)
        assert found["reason"] == "Whoever asked for it may not export this any more."


def test_an_export_that_the_storage_does_not_take_is_tried_again_and_leaves_nothing(
    world, exporting, owner, s3, monkeypatch
):
    """Quality 28: S3 goes in the middle."""
    building = world.building(owner)
    for _ in range(9):
        world.space(owner, building=building)
    export = exporting.ask(owner, "SPACES").json["id"]
    monkeypatch.setattr("shared.kit.snapshot._BLOCK", 1)
    with monkeypatch.context() as patch:
        patch.setattr(streamed, "PART", 1000)
        fails(patch, GONE, after=2)
        exporting.work(export)

    waiting = exporting.get(owner, export).json
    assert (waiting["status"], waiting["reason"]) == ("QUEUED", "The storage did not answer.")
    assert objects(s3, export) == uploads(s3, export) == []
    retry_exports({}, None)
    assert world.events(export) == ["export.requested"]

    due(world, export)
    retry_exports({}, None)
    retry_exports({}, None)
    assert world.events(export) == ["export.requested"] * 2
    exporting.work(export)

    done = exporting.get(owner, export).json
    assert (done["status"], done["reason"], done["rows"]) == ("COMPLETED", None, 9)


def due(world, export):
    """The pause until the next attempt is over."""
    world.sql("UPDATE exports SET retry_at = retry_at - interval '1 hour' WHERE id = %(id)s", id=export)


def test_an_export_is_failed_after_three_retries_and_says_why(world, exporting, owner, s3, monkeypatch):
    export = exporting.ask(owner, "SPACES").json["id"]
    fails(monkeypatch, GONE)

    for _ in rules.RETRIES:
        exporting.work(export)
        assert exporting.get(owner, export).json["status"] == "QUEUED"
        due(world, export)
        retry_exports({}, None)
    exporting.work(export)

    found = exporting.get(owner, export).json
    assert (found["status"], found["reason"], found["url"]) == ("FAILED", "The storage did not answer.", None)
    assert world.events(export) == ["export.requested"] * 4 + ["export.failed"]
    assert objects(s3, export) == []
    due(world, export)
    retry_exports({}, None)
    assert world.events(export)[-1] == "export.failed"


def test_a_text_too_long_for_a_spreadsheet_is_never_cut(world, exporting, owner):
    world.space(owner, amenities=json.dumps(["x" * 40_000]))
    export = exporting.ask(owner, "SPACES", "XLSX").json["id"]

    exporting.work(export)

    found = exporting.get(owner, export).json
    assert (found["status"], found["reason"][:18]) == ("FAILED", "A text is longer t")
    assert world.events(export) == ["export.requested", "export.failed"]


def test_an_export_whose_function_was_killed_is_tried_again(world, exporting, owner):
    export = exporting.ask(owner, "SPACES").json["id"]
    started = [event for event in exporting.write(export) if event["name"] == "export.started"]
    exporting.record(started)
    assert exporting.get(owner, export).json["status"] == "RUNNING"
    retry_exports({}, None)
    assert exporting.get(owner, export).json["status"] == "RUNNING"

    world.sql("UPDATE exports SET updated_at = now() - interval '21 minutes' WHERE id = %(id)s", id=export)
    retry_exports({}, None)

    lost = exporting.get(owner, export).json
    assert (lost["status"], lost["reason"]) == ("QUEUED", "It took too long.")
    due(world, export)
    retry_exports({}, None)
    exporting.work(export)
    assert exporting.get(owner, export).json["status"] == "COMPLETED"


def test_of_two_functions_that_write_the_same_export_one_counts(world, exporting, owner):
    """A queue may deliver a message twice, and late."""
    world.space(owner)
    export = exporting.ask(owner, "SPACES").json["id"]
    first, second = exporting.write(export), exporting.write(export)

    exporting.record([*second, *first])

    done = exporting.get(owner, export).json
    assert hashlib.sha256(read(done)).hexdigest() == done["sha256"]
    assert world.events(export) == ["export.requested", "export.completed"]
    assert exporting.write(export) == []


def test_what_an_earlier_attempt_says_late_is_no_news(world, exporting, owner, monkeypatch):
    export = exporting.ask(owner, "SPACES").json["id"]
    late = exporting.write(export)
    with monkeypatch.context() as patch:
        fails(patch, GONE)
        exporting.work(export)
    assert exporting.get(owner, export).json["status"] == "QUEUED"

    exporting.record(late)

    assert exporting.get(owner, export).json["status"] == "QUEUED"


def test_an_old_export_is_deleted(world, exporting, owner):
    export = exporting.made(owner, "SPACES")["id"]
    before = timedelta(days=rules.KEPT_DAYS) - timedelta(minutes=1)
    move = "UPDATE exports SET finished_at = now() - %(age)s WHERE id = %(id)s"
    world.sql(move, id=export, age=before)
    sweep_exports({}, None)
    assert exporting.get(owner, export).json["url"] is not None

    world.sql(move, id=export, age=timedelta(days=rules.KEPT_DAYS, minutes=1))
    assert exporting.get(owner, export).json["url"] is None
    sweep_exports({}, None)

    assert exporting.get(owner, export).status == 404


def test_exports_at_the_same_time_do_not_disturb_each_other(world, exporting, call):
    deals = [Deal(world, call).signed() for _ in range(2)]
    asked = [exporting.ask(deal.owner, "CONTRACTS").json["id"] for deal in deals]
    threads = [threading.Thread(target=write_in_a_thread, args=(exporting, export)) for export in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    exporting.record(exporting.bus.heard())

    for deal, export in zip(deals, asked, strict=True):
        content = read(exporting.get(deal.owner, export).json).decode()
        assert [json.loads(line)["id"] for line in content.splitlines()] == [deal.contract]


def write_in_a_thread(exporting, export):
    from tests.call import invoke
    from tests.world import close_connections

    invoke(write_export, *exporting.happened(export, "export.requested"))
    close_connections()
