"""The daily export: once a day, to S3 or to a server that is known, and an e-mail about how it went."""

import json
import os
import socket

import asyncssh
import boto3
import pytest

from functions.exports.change_export_schedule import change_export_schedule
from functions.exports.retry_exports import retry_exports
from functions.exports.schedule_exports import schedule_exports
from functions.exports.show_export_schedule import show_export_schedule
from functions.notifications.compose_mail import compose_mail
from shared.exports import rules, sftp
from shared.exports.kinds import ExportKind
from shared.kit.catalog import Role
from shared.notifications.emails import CONTENTS
from tests.auth.mailbox import mails_to
from tests.call import call, invoke
from tests.exports.exporting import read
from tests.exports.openssh import OpenSSH, checks_passwords
from tests.exports.password_server import PasswordServer
from tests.exports.test_write_export import GONE, due, fails

SECRET = "Sesame-Open-7"
HOST_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
SFTP = {
    "type": "SFTP",
    "host": "127.0.0.1",
    "port": 2222,
    "username": "accountant",
    "directory": "incoming",
    "host_key": HOST_KEY,
    "password": SECRET,
}


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def local(monkeypatch):
    """As `ALLOW_LOCAL_TARGETS=1 make up`."""
    monkeypatch.setenv("ALLOW_LOCAL_TARGETS", "1")


@pytest.fixture(scope="module")
def openssh():
    with OpenSSH() as server:
        yield server


def put(user, **changes):
    return call(change_export_schedule, as_=user, body=changes)


def shown(user):
    return call(show_export_schedule, as_=user).json


def today(world, user):
    """The organization's exports of the schedule, the oldest first."""
    sql = "SELECT * FROM exports WHERE organization_id = %(id)s AND scheduled_on IS NOT NULL ORDER BY scheduled_on"
    return world.sql(sql, id=user.organization_id)


def made(world, exporting, user):
    """Today's export, as far as its file."""
    schedule_exports({}, None)
    [row] = today(world, user)
    exporting.work(str(row["id"]))
    return str(row["id"])


def mailed(world, export, user):
    events = [event for event in world.event_details(export) if event["name"] in compose_mail.operation.hears]
    assert invoke(compose_mail, *events) == []
    return mails_to(user.email)


# --- the schedule


def test_nothing_is_scheduled_until_somebody_says_so(world, owner):
    assert shown(owner) == {
        "organization_id": str(owner.organization_id),
        "enabled": False,
        "kind": "PAYMENTS",
        "format": "CSV",
        "destination": dict.fromkeys(
            ("type", "host", "port", "username", "directory", "host_key", "authenticates_by"), None
        )
        | {"type": "S3"},
        "updated_at": None,
    }
    schedule_exports({}, None)
    assert today(world, owner) == []


def test_fields_that_are_given_are_changed(world, owner):
    officer = world.colleague(owner, Role.FINANCIAL_OFFICER)
    assert put(owner, enabled=True, kind="JOURNAL", format="JSONL").status == 200
    assert put(officer, format="CSV").status == 200

    found = shown(officer)

    assert (found["enabled"], found["kind"], found["format"]) == (True, "JOURNAL", "CSV")
    assert shown(world.owner())["enabled"] is False


def test_a_role_schedules_what_it_may_export(world, owner):
    officer = world.colleague(owner, Role.FINANCIAL_OFFICER)

    assert put(officer, kind="CONTRACTS").status == put(officer, kind="ALL", format="JSONL").status == 403
    assert put(owner, kind="ALL").fields == ["format"]
    assert put(owner, kind="ALL", format="JSONL").status == 200
    for role in (Role.CLIENT, Role.BROKER, Role.AGENT):
        assert put(world.user(role), enabled=True).status == 403


def test_the_export_is_made_once_a_day_of_yesterday_and_today(world, exporting, owner):
    world.space(owner)
    put(owner, enabled=True, kind="SPACES", format="CSV")
    export = made(world, exporting, owner)
    schedule_exports({}, None)

    [row] = today(world, owner)

    assert (row["ends"] - row["begins"]).days == 1
    assert row["ends"] == row["scheduled_on"]
    found = exporting.get(owner, export).json
    assert (found["status"], found["scheduled_on"]) == ("COMPLETED", row["ends"].isoformat())
    with world.clock_moved(1):
        schedule_exports({}, None)
    assert len(today(world, owner)) == 2
    put(owner, enabled=False)
    with world.clock_moved(2):
        schedule_exports({}, None)
    assert len(today(world, owner)) == 2


def test_an_email_says_that_it_is_there(world, exporting, owner):
    put(owner, enabled=True, kind="RENT_ROLL")
    export = made(world, exporting, owner)

    [mail] = mailed(world, export, owner)

    assert mail["subject"].startswith("Your export of ") and mail["subject"].endswith(" is ready")
    assert f"/exports/{export}" in mail["text"]
    assert "- Contents: Rent roll\n" in mail["text"]


def test_every_kind_has_words_in_e_mails():
    assert CONTENTS.keys() == set(ExportKind)


def test_an_email_says_why_it_failed_and_only_at_the_end(world, exporting, owner, monkeypatch):
    put(owner, enabled=True, kind="SPACES")
    fails(monkeypatch, GONE)
    export = made(world, exporting, owner)
    for _ in rules.RETRIES:
        assert mailed(world, export, owner) == []
        due(world, export)
        retry_exports({}, None)
        exporting.work(export)

    [mail] = mailed(world, export, owner)

    assert mail["subject"].endswith(" failed")
    assert "The storage did not answer." in mail["text"]
    assert "We send it regardless" not in mail["text"]


def test_no_email_tells_of_an_export_that_somebody_asked_for(world, exporting, owner):
    export = exporting.made(owner, "SPACES")["id"]

    assert mailed(world, export, owner) == []


def test_a_colleague_stands_in_for_whoever_has_left(world, exporting, owner):
    officer = world.colleague(owner, Role.FINANCIAL_OFFICER)
    put(officer, enabled=True, kind="PAYMENTS")
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=officer.id)

    export = made(world, exporting, owner)

    assert exporting.get(owner, export).json["status"] == "COMPLETED"
    assert len(mailed(world, export, owner)) == 1


# --- where it goes


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": None}, "host"),
        ({"username": None}, "username"),
        ({"host_key": None}, "host_key"),
        ({"password": None}, "password"),
        ({"private_key": "-----BEGIN OPENSSH PRIVATE KEY-----"}, "private_key"),
        ({"password": None, "private_key": "secret"}, "private_key"),
        ({"host_key": "ssh-ed25519 AAAA"}, "host_key"),
        ({"host_key": "ssh-dss " + HOST_KEY.split()[1]}, "host_key"),
        ({"host": "a b"}, "host"),
        ({"host": "[::1]"}, "host"),
        ({"port": 0}, "port"),
        ({"directory": "../etc"}, "directory"),
        ({"directory": "a\nb"}, "directory"),
    ],
)
def test_an_impossible_destination_is_refused_by_field(owner, local, change, field):
    destination = {name: value for name, value in (SFTP | change).items() if value is not None}

    reply = put(owner, destination=destination)

    assert (reply.status, reply.fields) == (400, [f"destination.{field}"])


def test_what_is_for_sftp_does_not_belong_to_s3(owner):
    reply = put(owner, destination={"type": "S3", "host": "example.com"})

    assert (reply.status, reply.fields) == (400, ["destination.host"])


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "10.0.0.1", "169.254.169.254", "192.168.1.1",  # noqa: S104 (to be refused)
     "100.64.0.1", "224.0.0.1", "localhost", "no-such-host.invalid"],
)  # fmt: skip
def test_a_host_that_is_not_public_is_refused(owner, host):
    """Quality 66, 83."""
    reply = put(owner, destination=SFTP | {"host": host})

    assert (reply.status, reply.fields) == (400, ["destination.host"])


@pytest.mark.parametrize("address", ["::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "fd00::1", "fe80::1"])
def test_a_name_for_an_inner_address_is_refused(owner, monkeypatch, address):
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 22))]
    inner = [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 22, 0, 0))]
    resolves_to(monkeypatch, public)
    assert put(owner, destination=SFTP | {"host": NAME}).status == 200
    # One of several is enough.
    resolves_to(monkeypatch, public + inner)

    assert put(owner, destination=SFTP | {"host": NAME}).fields == ["destination.host"]


NAME = "sftp.example.com"


def resolves_to(monkeypatch, found):
    """What the name resolves to; all others go on as they do."""
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *more, **named: found if host == NAME else resolve(host, *more, **named)
    )


def test_local_targets_are_allowed_on_one_machine_alone(owner, local):
    assert put(owner, destination=SFTP).status == 200
    for host in ("10.0.0.1", "169.254.169.254"):
        assert put(owner, destination=SFTP | {"host": host}).fields == ["destination.host"]


def test_credentials_are_kept_apart_and_never_shown(world, owner, local):
    assert put(owner, destination=SFTP).json["destination"]["authenticates_by"] == "PASSWORD"

    name = f"{os.environ['EXPORT_SECRETS']}/{owner.organization_id}"
    kept = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    assert kept == {"password": SECRET, "host": "127.0.0.1", "port": 2222, "username": "accountant"}
    assert "password" not in shown(owner)["destination"]
    for table in ("export_schedules", "audit_logs", "outbox", "idempotency_keys"):
        rows = world.sql(f"SELECT row_to_json(t)::text AS text FROM {table} t")
        assert not any(SECRET in row["text"] for row in rows), table


def test_credentials_may_be_left_out_for_the_same_server_only(owner, local):
    """Whoever may change the server must not learn the password of the one before."""
    put(owner, destination=SFTP)
    same = {name: value for name, value in SFTP.items() if name != "password"}

    assert put(owner, destination=same | {"directory": "elsewhere"}).status == 200
    assert shown(owner)["destination"]["directory"] == "elsewhere"
    for change in ({"port": 2223}, {"username": "root"}):
        reply = put(owner, destination=same | change)
        assert (reply.status, reply.fields) == (400, ["destination.password"])


def test_credentials_are_forgotten_with_their_destination(owner, local):
    put(owner, destination=SFTP)
    put(owner, destination={"type": "S3"})

    client = boto3.client("secretsmanager")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=f"{os.environ['EXPORT_SECRETS']}/{owner.organization_id}")
    assert shown(owner)["destination"]["type"] == "S3"


# --- to OpenSSH's own server


def send_to(owner, server, **changes):
    destination = {
        "type": "SFTP",
        "host": "127.0.0.1",
        "port": server.port,
        "username": server.username,
        "host_key": server.public_host_key,
        "private_key": server.private_key,
    } | changes
    destination = {name: value for name, value in destination.items() if value is not None}
    reply = put(owner, enabled=True, kind="SPACES", format="CSV", destination=destination)
    assert reply.status == 200, reply.json


def reason(announced):
    [event] = announced
    assert event["name"] == "export.undelivered"
    return event["data"]["reason"]


def test_a_file_arrives_whole_under_its_name(world, exporting, owner, local, openssh):
    world.space(owner)
    openssh.folder_of("incoming")
    send_to(owner, openssh, directory="incoming")
    export = made(world, exporting, owner)
    assert exporting.get(owner, export).json["status"] == "RUNNING"

    for _ in range(2):
        exporting.record(exporting.deliver(export))

    done = exporting.get(owner, export).json
    name = f"spaces-{done['scheduled_on']}.csv"
    assert done["status"] == "COMPLETED"
    assert [path.name for path in (openssh.files / "incoming").iterdir()] == [name]
    assert (openssh.files / "incoming" / name).read_bytes() == read(done)
    assert world.events(export) == ["export.requested", "export.delivery_requested", "export.completed"]
    assert len(mailed(world, export, owner)) == 1


def test_a_server_with_another_key_is_sent_nothing(world, exporting, owner, local, openssh):
    """Quality 83."""
    before = sorted(openssh.files.rglob("*"))
    send_to(owner, openssh, host_key=HOST_KEY)
    export = made(world, exporting, owner)

    assert reason(exporting.deliver(export)) == "The server has another host key than the schedule says."
    assert sorted(openssh.files.rglob("*")) == before


def test_a_server_that_does_not_let_us_in_is_told_of(world, exporting, owner, local, openssh):
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    send_to(owner, openssh, private_key=other)
    export = made(world, exporting, owner)

    assert reason(exporting.deliver(export)) == "The server refused the user name, the password or the key."


# sshd checks passwords as root alone, and with users of its own.
@pytest.mark.parametrize("kind", [PasswordServer, OpenSSH] if checks_passwords() else [PasswordServer])
def test_a_server_lets_us_in_by_the_right_password_alone(world, exporting, owner, local, kind):
    password = 'A password: "quoted", with spaces; ünd $signs'
    with kind(password) as server:
        server.folder_of("incoming")
        to_it = {"directory": "incoming", "private_key": None}
        send_to(owner, server, **to_it, password="another one")
        export = made(world, exporting, owner)
        assert reason(exporting.deliver(export)) == "The server refused the user name, the password or the key."
        assert list((server.files / "incoming").iterdir()) == []

        send_to(owner, server, **to_it, password=password)
        exporting.record(exporting.deliver(export))

        done = exporting.get(owner, export).json
        assert done["status"] == "COMPLETED"
        assert [path.read_bytes() for path in (server.files / "incoming").iterdir()] == [read(done)]


def test_a_private_key_that_is_none_is_told_of(world, exporting, owner, local, openssh):
    send_to(owner, openssh, private_key="-----BEGIN OPENSSH PRIVATE KEY-----\nnone\n-----END OPENSSH PRIVATE KEY-----")
    export = made(world, exporting, owner)

    assert reason(exporting.deliver(export)) == "The server refused the user name, the password or the key."


def test_a_directory_that_is_not_there_is_told_of(world, exporting, owner, local, openssh):
    send_to(owner, openssh, directory="no/such/place")
    export = made(world, exporting, owner)

    assert reason(exporting.deliver(export)) == "The server did not take the file."


def test_a_server_that_hangs_is_given_up(world, exporting, owner, local, monkeypatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        put(owner, enabled=True, kind="SPACES", destination=SFTP | {"port": silent.getsockname()[1]})
        export = made(world, exporting, owner)
        monkeypatch.setattr(sftp, "_PATIENCE", 0.3)

        assert reason(exporting.deliver(export)) == "The server did not answer."


def test_a_name_that_leads_inwards_later_is_sent_nothing(world, exporting, owner, openssh, monkeypatch):
    """DNS rebinding: it was public when the schedule was set."""
    monkeypatch.setenv("ALLOW_LOCAL_TARGETS", "1")
    send_to(owner, openssh)
    export = made(world, exporting, owner)
    monkeypatch.delenv("ALLOW_LOCAL_TARGETS")

    assert reason(exporting.deliver(export)) == "The server's name does not resolve to public addresses only."


def test_the_connection_goes_to_the_address_that_was_checked(world, exporting, owner, local, openssh, monkeypatch):
    send_to(owner, openssh)
    export = made(world, exporting, owner)
    asked = []
    resolve = socket.getaddrinfo

    def resolving(host, *more, **named):
        asked.append(host)
        return resolve(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolving)
    world.sql(
        """UPDATE outbox SET payload = jsonb_set(payload, '{destination,host}', '"localhost"')
           WHERE object_id = %(id)s AND name = 'export.delivery_requested'""",
        id=export,
    )
    # The secret is for another host, so nothing is sent there, whatever the message says.
    assert reason(exporting.deliver(export)) == "The server refused the user name, the password or the key."
    assert "localhost" not in asked


def test_what_did_not_arrive_is_sent_again_without_being_made_again(world, exporting, owner, local, openssh):
    send_to(owner, openssh, directory="later")
    export = made(world, exporting, owner)
    exporting.record(exporting.deliver(export))
    waiting = exporting.get(owner, export).json
    assert (waiting["status"], waiting["reason"]) == ("QUEUED", "The server did not take the file.")
    openssh.folder_of("later")
    due(world, export)
    retry_exports({}, None)

    assert world.events(export).count("export.requested") == 1
    exporting.record(exporting.deliver(export))

    assert exporting.get(owner, export).json["status"] == "COMPLETED"
    assert len(list((openssh.files / "later").iterdir())) == 1


def test_a_delivery_fails_after_three_retries_and_says_why(world, exporting, owner, local, openssh):
    send_to(owner, openssh, directory="never")
    export = made(world, exporting, owner)
    for _ in rules.RETRIES:
        exporting.record(exporting.deliver(export))
        due(world, export)
        retry_exports({}, None)
    exporting.record(exporting.deliver(export))

    found = exporting.get(owner, export).json
    assert (found["status"], found["reason"]) == ("FAILED", "The server did not take the file.")
    [mail] = mailed(world, export, owner)
    assert "The server did not take the file." in mail["text"]
