"""The table of news is complete: each event that people should hear of has an entry, in each language."""

import ast
import re
import string
from pathlib import Path

import pytest

from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.notifications.tell_maintainers import tell_maintainers
from shared.notifications import emails, languages, table
from shared.notifications.news.saved_searches import MATCHED
from shared.phones import wording
from shared.schema.tables.users import LANGUAGES

ROOT = Path(__file__).parents[2]
OTHERS = [language for language in LANGUAGES if language != "en"]

NOBODY = {
    "contract.envelope_requested": "between the platform and DocuSign",
    "contract.envelope_recorded": "between the platform and DocuSign",
    "contract.envelope_completed": "contract.fully_signed tells of it",
    "contract.hold_ended": "contract.voided tells of it",
    "contract.scheduled": "contract.activated tells of it",
    "contract.space_released": "contract.voided tells of it",
    "contract.stalled": "an operator's",
    "contract.unheard": "an operator's",
    "contract.imported": "the import tells whoever asked for it how many there are",
    "payment.taxed": "the invoice tells of it",
    "contract.unscheduled": "contract.voided tells of it",
    "contractor.profile_changed": "the contractor's own doing",
}
"""What is emitted about bids, contracts and payments, and no news to anybody; and why."""

OTHER_NOUNS = {
    "announcement", "block", "building", "chart", "conversation", "expense", "export", "export_schedule", "favorite",
    "file", "flag", "floor", "import", "index", "integration", "invitation", "maintenance_plan", "mandate", "member",
    "message_report",
    "note", "notification", "notification_preferences", "notifications", "organization", "password_reset", "period",
    "saved_search", "second_factor", "session", "space", "tax_code", "tenant", "ticket", "user", "webhook",
    "webhook_delivery", "device", "phone", "text",
}  # fmt: skip
"""What nobody is notified of: one's own doings, and what an account's e-mails tell (MAILS)."""


def emitted() -> set[str]:
    """The names of all events that our code emits."""
    found = set()
    for path in [*(ROOT / "functions").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]:
        tree = ast.parse(path.read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
        names = [call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "emit"]
        for name in names:
            # Where a variable holds the name, its values stand elsewhere in the module.
            found |= texts_of(name) or texts_of(tree)
    return found


def texts_of(tree: ast.AST) -> set[str]:
    """The texts of the form noun.past."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if re.fullmatch(r"[a-z_]+\.[a-z_]+", text)}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def blanks(text: str) -> list[str]:
    """A mail's phrase has placeholders of either form: Jinja's, or ours."""
    return sorted(re.findall(r"%\((\w+)\)s|\{(\w+)\}", text))


def phrases() -> set[str]:
    environment = emails.environment("layout.txt", "en")
    found = {*emails.PHRASES, *wording.TEXTS}
    for path in emails.TEMPLATES.iterdir():
        for _, _, message in environment.extract_translations(path.read_text()):  # type: ignore[attr-defined]
            found.add(message if isinstance(message, str) else message[0])
    return found


def test_every_event_that_people_should_hear_of_has_an_entry():
    heard = set(table.HEARD) | set(tell_maintainers.operation.hears) | set(table.ACCOUNT_MAILS) | set(NOBODY)
    missing = {name for name in emitted() - heard if name.partition(".")[0] not in OTHER_NOUNS}
    assert missing == set(), (
        f"Nobody hears of {', '.join(sorted(missing))}. Add an entry to NEWS in shared/notifications/news/<word>.py "
        "that says what each side is told, and its sentences to each file in news/languages/. Where it is news to "
        "nobody, say why under NOBODY in this test."
    )


def test_no_entry_waits_for_an_event_that_is_never_emitted():
    names = {key.partition(":")[0] for key in table.ENTRIES} | set(table.ACCOUNT_MAILS)
    assert names - emitted() == {MATCHED}
    assert set(NOBODY) <= emitted()
    assert set(NOBODY).isdisjoint(names)


def test_people_hear_of_deals_only():
    # A refund, a transfer of credit and a payment plan carry the id of their contract, as a payment does.
    deals = ("bid", "contract", "payment", "refund", "transfer", "plan")
    others = {name for name in table.HEARD if name.partition(".")[0] not in deals}
    assert others == set(), (
        f"notify_people finds no readers for {', '.join(sorted(others))}: it looks for a bid's, a contract's or a "
        "payment's two sides. See shared/notifications/table.py for what else to do."
    )


def test_whoever_tells_hears_what_the_table_says():
    assert set(notify_people.operation.hears) == set(table.HEARD)
    assert set(compose_mail.operation.hears) == {*table.MAILED, *table.ACCOUNT_MAILS, "invitation.created"}


def test_an_event_without_an_entry_is_answered_in_a_sentence():
    with pytest.raises(
        LookupError, match=r"Nobody is told of bid\.lost: add an entry to the NEWS of its word, in .*/news"
    ):
        table.named("bid.lost", {})


def template_of(key):
    return table.ENTRIES[key].template or key.partition(":")[0].replace(".", "_")


@pytest.mark.parametrize("key", table.ENTRIES)
def test_an_entry_is_whole(key):
    entry = table.ENTRIES[key]
    sentences = [sentence for sentence in (entry.owner, entry.client, entry.contractor) if sentence]
    assert bool(entry.kind) == bool(entry.title) == bool(sentences)
    assert not (entry.mails or entry.frames) or sentences
    assert set().union(*map(placeholders, sentences)) <= {fact.name for fact in entry.facts}
    assert not [sentence for sentence in sentences if sentence.endswith(".")]
    assert sentences or table.ENTRIES[key].changes
    for _ in entry.mails:
        assert (emails.TEMPLATES / f"{template_of(key)}.jinja").exists()


def test_the_last_of_several_entries_takes_every_event():
    for name in {key.partition(":")[0] for key in table.ENTRIES}:
        assert [key for key in table.ENTRIES if key.partition(":")[0] == name][-1] == name


def test_every_template_belongs_to_an_entry():
    told = {template_of(key) for key, entry in table.ENTRIES.items() if entry.mails} | {
        mail.template for mail in table.ACCOUNT_MAILS.values()
    }
    others = {"digest", "instead", "invitation", "saved_search_matched", "tenant_invitation"}
    assert {path.stem for path in emails.TEMPLATES.glob("*.jinja")} == told | others


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_each_entry_with_the_same_placeholders(language):
    news = languages.texts(language)["news"]
    english = {
        key: {name: text for name in ("title", "owner", "client", "contractor") if (text := getattr(one, name))}
        for key, one in table.ENTRIES.items()
        if one.title
    }
    where = f"shared/notifications/news/languages/{language}.json"
    assert set(english) == set(news), f"{where}: add or remove these entries under news"
    for key, texts in english.items():
        assert set(texts) == set(news[key]), f"{where}: {key}"
        for name, text in texts.items():
            assert placeholders(text) == placeholders(news[key][name]), f"{where}: {key}, {name}"
            assert not news[key][name].endswith("."), f"{where}: {key}, {name}"
            assert len(news[key]["title"]) <= 60, f"{where}: {key}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_each_phrase_of_our_mails_with_the_same_placeholders(language):
    mails = languages.texts(language)["mails"]
    where = f"shared/notifications/news/languages/{language}.json"
    assert phrases() == set(mails), f"{where}: add or remove these phrases under mails"
    assert [english for english, text in mails.items() if blanks(english) != blanks(text)] == [], where


def test_every_language_that_people_may_choose_has_a_file():
    files = {path.stem for path in (ROOT / "shared/notifications/news/languages").iterdir()}
    assert files == set(OTHERS)
