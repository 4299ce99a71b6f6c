"""docs/security.md says of each requirement where it is met and which test shows it, or plainly that it is not."""

import ast
import re
from collections import Counter
from fnmatch import fnmatchcase
from itertools import chain

import yaml

from functions.realtime import connect
from shared.auth import opaque, passwords, rules, second_factor, sessions
from shared.kit import catalog, limits, tokens
from shared.kit.catalog import ANYONE
from shared.kit.fields import Body
from shared.schema.metadata import metadata
from tests.architecture.named_tests import ROOT, exists, named_in, rows_below

PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [
    [cell.strip() for cell in row.strip("|").split(" | ")]
    for row in rows_below("security.md", "| requirement | asks for | how it is met | shown by |")
]

# OWASP ASVS 5.0.0. Chapters that stand here whole: section → the levels of its requirements, in their order.
WHOLE = {
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
}  # fmt: skip
# Of the others level 1, and of OAuth what concerns a client.
OTHERS = {
    1: "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 "
    "3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 "
    "12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1",
    2: "10.1.1 10.1.2 10.2.1 10.2.2 10.5.1 10.5.2 10.5.3 10.5.4 10.5.5",
    3: "10.2.3",
}

ENDPOINTS = catalog.of_kind(catalog.HttpOperation, catalog.load())
PUBLIC = [operation for operation in ENDPOINTS if operation.access == ANYONE]

NOT_MET, IN_PART, NOT_OURS = "**Not met**", "**In part**", "**Does not apply**"


def expected() -> list[str]:
    found = {f"{section}.{n}": int(level) for section, levels in WHOLE.items() for n, level in enumerate(levels, 1)}
    found |= {id: level for level, ids in OTHERS.items() for id in ids.split()}
    in_order = sorted(found, key=lambda id: [int(part) for part in id.split(".")])
    return [f"{id} ({found[id]})" for id in in_order]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


ANCHORS = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)}


def test_every_requirement_has_one_row_in_the_order_of_the_standard() -> None:
    assert len(expected()) > 130
    assert [row[0] for row in ROWS] == expected()


def test_every_row_of_the_security_page_names_a_test_or_a_reason() -> None:
    for id, asked, how, shown in ROWS:
        named = named_in(shown)
        assert asked and how, id
        assert [f"{path}::{name}" for path, name in named if not exists((path, name))] == [], id
        if how.startswith((NOT_MET, NOT_OURS)):
            assert shown == "–", f"{id}: what is not met shows nothing"
        elif shown.startswith("[this page]"):
            # What asks for a document is met by it.
            assert re.fullmatch(r"\[this page\]\(#([\w-]+)\)", shown)[1] in ANCHORS, id  # type: ignore[index]
        else:
            assert named, id


def test_every_path_on_the_security_page_exists() -> None:
    written = re.findall(r"`([\w.-]+(?:/[\w.-]+)*/[\w.-]+\.(?:json|md|py|sql|txt|yml))(?:::\w+)?`", PAGE)
    linked = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert len(written) > 100

    assert [path for path in written if not (ROOT / path).exists()] == []
    assert [path for path in linked if not (ROOT / "docs" / path).exists()] == []


def kind_of(how: str) -> str:
    return next((kind for kind in (NOT_MET, IN_PART, NOT_OURS) if how.startswith(kind)), "met")


def test_the_security_page_counts_its_rows_correctly() -> None:
    kinds = Counter(kind_of(how) for _, _, how, _ in ROWS)
    first = {kind: [row[0] for row in ROWS if row[0].endswith("(1)") and kind_of(row[2]) == kind] for kind in kinds}
    lacking, partly = (", ".join(id.removesuffix(" (1)") for id in first[kind]) for kind in (NOT_MET, IN_PART))
    text = PAGE.replace("\n", " ")

    assert (
        f"Of {len(ROWS)} requirements {kinds['met']} are met, {kinds[IN_PART]} in part, {kinds[NOT_MET]} are not, and "
        f"{kinds[NOT_OURS]} do not apply."
    ) in text
    assert f"Of level 1 these are not met: {lacking}; and these in part: {partly}." in text


def per(category: str) -> str:
    requests, seconds = limits.LIMITS[category]
    return f"{requests} in {seconds} s"


FIGURES = {
    "wrong passwords that lock an address": rules.MAX_FAILURES,
    "minutes that it stays locked": rules.LOCK_MINUTES,
    "sign-ins and registrations of one IP address": per("auth"),
    "mails with a link for a new password, to one address": per("password_reset"),
    "tries at one person's second factor": per("second_factor"),
    "tries at the second factor of one sign-in": rules.CHALLENGE_TRIES,
    "minutes between password and second factor": rules.CHALLENGE_MINUTES,
    "requests of anybody else": per("general"),
    "bcrypt's cost": passwords.COST,
    "earlier passwords that are refused": rules.REMEMBERED_PASSWORDS,
    "hours that a link for a new password is good": rules.RESET_HOURS,
    "hours that a link to verify an address is good": rules.VERIFICATION_HOURS,
    "seconds that an access token is good": tokens.LIFETIME,
    "days without a refresh that end a session": sessions.refresh_days(),
    "random bits of a refresh token": opaque._SECRET * 8,
    "random bits of a recovery code": second_factor._RECOVERY_BYTES * 8,
    "seconds in which a socket has to say whose it is": connect._GRACE,
}


def test_the_figures_on_the_security_page_are_those_of_the_code() -> None:
    rows = (row.strip("| ").split(" | ") for row in rows_below("security.md", "| figure | is |"))

    assert dict(rows) == {name: str(value) for name, value in FIGURES.items()}


def test_every_entry_point_is_on_the_security_page() -> None:
    """Whatever gives anybody a token, a session or a password, without one of before."""
    ways = rows_below("security.md", "| entry point | what it takes | what it gives |")
    named = set(chain.from_iterable(re.findall(r"`([A-Z]+ /[^`]+)`", row.split("|")[1]) for row in ways))
    entry_points = {
        f"{operation.method} {operation.path}".replace("/api/v1", "")
        for operation in PUBLIC
        if operation.method not in ("GET", None) or "/auth/" in str(operation.path)
    }

    # A ticket takes a token; it opens a socket, where no authorizer stands.
    assert named == entry_points | {"POST /ws-tickets"}


def test_no_get_writes() -> None:
    gets = [operation for operation in ENDPOINTS if operation.method == "GET"]

    # A provider sends the browser back with GET; its state is of one use, and bound to the browser by a cookie.
    assert [operation.name for operation in gets if operation.writes] == ["finish_integration"]
    assert {each.database for each in gets if not each.writes} <= {"reader", None}


def test_administrators_set_no_password() -> None:
    kinds = [kind for each in ENDPOINTS if each.word == "admin" for kind in each.function.__annotations__.values()]
    bodies = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Body)]

    assert len(bodies) > 2
    assert [name for body in bodies for name in body.model_fields if "password" in name] == []


def test_every_list_of_dependencies_is_watched() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    by_kind = {each["package-ecosystem"]: each.get("directories", [each.get("directory")]) for each in updates}
    ours = ("*.txt", "layers/*/*.txt", "bench/*.txt", "tests/*/*.txt")
    lists = [path.parent for pattern in ours for path in ROOT.glob(pattern) if path.name == "requirements.txt"]

    assert by_kind.keys() == {"pip", "npm", "github-actions"}
    assert len(lists) > 10
    for folder in lists:
        place = f"/{folder.relative_to(ROOT)}".removesuffix(".")
        assert any(fnmatchcase(place, directory) for directory in by_kind["pip"]), place


SOURCES = [path for top in ("functions", "shared") for path in sorted((ROOT / top).rglob("*.py"))]
DANGEROUS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN = {
    # Commands, code and parsers that do what they are told by what they read.
    "subprocess", "pickle", "marshal", "shelve", "xml", "lxml", "yaml", "ctypes",
    # Ciphers: KMS has the only one. And hashes that are broken.
    "cryptography.hazmat.primitives.ciphers", "cryptography.fernet", "Crypto", "nacl",
    "os.system", "os.popen", "hashlib.md5", "hashlib.sha1",
}  # fmt: skip
EXCEPTED = {
    "shared/webhooks/box.py": "cryptography.hazmat.primitives.ciphers",
    "shared/imports/sheet.py": "xml.parsers.expat",
    "shared/imports/workbook.py": "xml.parsers.expat",
}
"""What travels through queues is closed with a key made from a secret that KMS keeps (docs/decisions/0043). A workbook
is measured before it is loaded, by a parser that refuses document types and obeys nothing that it reads."""
GUESSABLE = "random"
JITTER = "shared/schema/migrate.py"
"""It waits for a random while, which nobody is the wiser for guessing."""


def used_by(source: str) -> set[str]:
    """Modules that it imports, `module.name`s that it uses, and names that it calls."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names):
                found |= {module} | {f"{module}.{alias.name}" for alias in names}
            case ast.Attribute(value=ast.Name(id=id), attr=attribute):
                found.add(f"{id}.{attribute}")
            case ast.Call(func=ast.Name(id=id)):
                found.add(f"{id}()")
    return found


def is_forbidden(use: str) -> bool:
    return any(use == name or use.startswith(f"{name}.") for name in FORBIDDEN) or use.removesuffix("()") in DANGEROUS


def test_no_command_code_or_cipher_is_built_at_run_time() -> None:
    found = used_by("import xml.sax, pickle\nfrom os import system\neval('1')\nhashlib.md5()\nre.compile('')")
    assert {use for use in found if is_forbidden(use)} == {"xml.sax", "pickle", "os.system", "eval()", "hashlib.md5"}

    uses = {str(path.relative_to(ROOT)): set(filter(is_forbidden, used_by(path.read_text()))) for path in SOURCES}
    assert {path: used for path, used in uses.items() if used and path not in EXCEPTED} == {}
    for path, module in EXCEPTED.items():
        assert uses[path] and all(use.startswith(module) for use in uses[path]), path


def test_secrets_come_from_a_secure_random_source() -> None:
    guessing = [path for path in SOURCES if GUESSABLE in used_by(path.read_text())]

    assert [str(path.relative_to(ROOT)) for path in guessing] == [JITTER]


def test_no_other_credential_is_stored() -> None:
    """No age of a password, no hint, no question, no telephone that gets codes, and no account of ours. The secrets
    of webhooks (`secret`, `old_secret`), which sign what we send, are sealed by KMS."""
    words = re.compile("password|secret|factor|hint|question|answer|pin_|otp")

    kept = {column.name for table in metadata.tables.values() for column in table.columns if words.search(column.name)}
    assert kept == {
        "password_hash",
        "password_hashes",
        "secret",
        "old_secret",
        "two_factor_enabled",
        "two_factor_secret",
        "two_factor_step",
    }
    migrations = (ROOT / "shared" / "schema" / "migrations").rglob("*.*")
    assert [path for path in migrations if "INSERT INTO users" in path.read_text(errors="replace")] == []
