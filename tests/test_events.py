"""The table of events governs: what exists is announced, in words, to people whom an app knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from corps.mail.events import events
from corps.mail.extensions import event_recipients, event_sentences

PROJECT = Path(__file__).resolve().parents[1]
# What these tell comes later: letters of supplement and reminders, questions, digests and papers for firms, the
# mechanism, bulletins, and mails about one's account.
NOT_YET = {
    "supplement.sent",
    "reminder.due",
    "reminder.now",
    "question.asked",
    "question.answered",
    "complaint.closed",
    "target.outcome",
    "account.changed",
    "key.made",
    "meeting.invited",
    "circular.published",
    "action.due",
    "figure.open_for_comment",
    "bulletin.published",
    "account.to_confirm",
}
# States that complete the code of an event whose second half is one.
STATES = {"delivery.": ("failed", "uncertain")}


def trees() -> Iterator[ast.Module]:
    for room in settings.LOCAL_APPS:
        for path in sorted((PROJECT / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ast.parse(path.read_text(encoding="utf-8"))


def codes_of(argument: ast.expr, tree: ast.Module) -> set[str]:
    """The codes that a call's first argument can be: text, text completed by a state, or a value of a dict above."""
    match argument:
        case ast.Constant(value=str(code)):
            return {code}
        case ast.JoinedStr(values=[ast.Constant(value=str(family)), *_]):
            return {family + state for state in STATES[family]}
        case ast.Subscript(value=ast.Name(id=name)):
            return {
                str(value.value)
                for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
                for value in getattr(node.value, "values", ())
            }
    return set()


def announced() -> set[str]:
    return {
        code
        for tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and call.args
        and "announce" in ast.unparse(call.func)
        for code in codes_of(call.args[0], tree)
    }


def test_every_event_that_exists_is_announced_and_no_other():
    assert announced() == events().keys() - NOT_YET


def test_every_phrase_of_what_is_announced_names_people_whom_an_app_knows():
    phrases = {
        phrase
        for code in announced()
        for phrase in (*events()[code].who, *events()[code].later)
    }
    assert sorted(phrases - event_recipients.keys()) == []


def test_phrases_with_a_delay_are_read_as_such():
    assert not [
        phrase
        for event in events().values()
        for phrase in event.who
        if " after " in phrase
    ]
    assert (
        str(events()["deadline.missed"].later["supervisor"])
        == "Delay(count=1, unit='working day')"
    )


def test_every_announced_event_has_words():
    assert announced() == {
        key if isinstance(key, str) else key[0] for key in event_sentences
    }


def test_words_for_the_people_of_one_phrase_are_of_a_phrase_that_the_table_has():
    named = {key for key in event_sentences if isinstance(key, tuple)}
    assert not [
        (code, phrase)
        for code, phrase in named
        if phrase not in {*events()[code].who, *events()[code].later}
    ]
