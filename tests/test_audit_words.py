"""The audit in words: every act, kind of thing and detail that the sources write has a name in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation

from cases.states import CASE_STATES, COMPLAINT_STATES
from corps.access.limits import limits
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.mail.events import events
from corps.models import Approval, Delivery
from listings.models import Belonging
from notices.states import OBJECTION_STATES

PROJECT = Path(__file__).resolve().parents[1]
WRITERS = ("record", "entry", "record_alike", "_note")
# Acts whose second half is the state that came about, by their first half.
BY_STATE = {
    "belonging": set(Belonging.State.values) - {"unjudged"},
    "approval": set(Approval.State.values) - {"open"},
    "case": set(CASE_STATES.choices.values),
    "complaint": set(COMPLAINT_STATES.choices.values) - {"received"},
    "delivery": {"sent", "failed", "uncertain", "cancelled", "postponed"},
    "objection": set(OBJECTION_STATES.choices.values),
}
# What stands in the sources like an act and is none: a line of the log.
LOGGED = {
    "audit.sealed",
    "audit.transactions_behind",
    "outbox.answer_came_late",
    "outbox.database_lost",
}
LOGGED |= {"outbox.uncertain", "outbox.arrivals_not_told", "audit.out_of_order"}
# Limits of signing in are named alike.
LOGGED |= set(limits())


# Where acts are named and not written, and where columns name the paths to their values.
ELSEWHERE = ("audit_labels.py", "apps.py", "tables.py")


def sources() -> Iterator[tuple[str, ast.AST]]:
    for app in settings.LOCAL_APPS:
        for path in sorted((PROJECT / app).rglob("*.py")):
            if "migrations" not in path.parts and path.name not in ELSEWHERE:
                yield from (
                    (app, node)
                    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                )


def acts_in_sources() -> set[str]:
    """Text that looks like an act of a known family, in Python and in the SQL that Python holds."""
    families = "|".join(sorted(act_families))
    found: set[str] = set()
    for _room, node in sources():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {
                text
                for text in re.findall(
                    rf"(?:^|')((?:{families})\.[a-z_]+)(?:'|$)", node.value
                )
                if text not in LOGGED and not text.endswith("_")
            }
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            family = str(node.values[0].value)
            if family.endswith(".") and family[:-1] in act_families:
                found |= {family + state for state in BY_STATE[family[:-1]]}
    # A model's field asked for through a relation looks the same.
    return {
        act
        for act in found
        if act.split(".")[1] not in ("slug", "kind", "state", "csv", "json")
    }


def details_in_sources() -> set[str]:
    return {
        keyword.arg
        for _room, node in sources()
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in WRITERS
        for keyword in node.keywords
        if keyword.arg and keyword.arg not in ("at", "thread")
    }


def test_every_act_that_the_sources_write_has_words():
    assert len(acts := acts_in_sources()) > 90
    # An event that people are told of is written like an act and has words of its own.
    assert sorted(acts - act_labels.keys() - events().keys()) == []


def test_every_detail_that_the_sources_note_has_words():
    assert len(details := details_in_sources()) > 50
    assert sorted(details - detail_labels.keys()) == []


def test_every_act_belongs_to_a_family_with_words():
    assert sorted({act.split(".")[0] for act in act_labels} - act_families.keys()) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_words_are_in_the_readers_language(language):
    with translation.override(language):
        said = {code: str(words) for code, words in act_labels.items()}
        said |= {kind: str(known.label) for kind, known in subject_kinds.items()}
        said |= {
            f"detail {key}": str(detail.label) for key, detail in detail_labels.items()
        }
    chinese = re.compile(r"[\u4e00-\u9fff]")
    wrong = {
        code: words
        for code, words in said.items()
        if bool(chinese.search(words)) != (language == "zh-hans")
    }
    assert wrong == {}
    assert not [code for code, words in said.items() if words == code]


def test_kinds_are_models_of_the_house():
    assert {apps.get_model(label)._meta.app_label for label in subject_kinds} <= set(
        settings.LOCAL_APPS
    )
    for label, kind in subject_kinds.items():
        assert apps.get_model(label)._meta.label_lower == label
        assert str(kind.label)


def test_states_of_a_delivery_are_acts():
    assert {
        f"delivery.{state}" for state in ("sent", "failed", "uncertain", "cancelled")
    } <= act_labels.keys()
    assert set(Delivery.State.values) >= {"sent", "failed", "uncertain", "cancelled"}
