"""What the audit's codes are called in the reader's language: acts, the kinds of things they are about, and details.

Each app names its own in its module `audit_labels.py`. What nobody has named is shown as its
code; a test walks the sources and fails on an act, kind or detail without words.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from corps.audit.extensions import (
    Codes,
    Detail,
    Names,
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words. subject: what the thing is called, after its kind. said: (what, value) of each detail."""

    entry: Any
    act: str
    kind: str
    subject: str
    said: list[tuple[str, str]]


def choices(*of: Any) -> Codes:
    """The words of TextChoices, as `codes` of a kind or detail."""
    return lambda: {code: label for each in of for code, label in each.choices}


def names_of(
    rows: Callable[[], QuerySet], name: Callable[[Any], Any] = str
) -> Callable[[Collection[int]], Names]:
    """The names of things for a Kind: rows gives the queryset, with what the name needs joined."""
    return lambda ids: {row.pk: name(row) for row in rows().filter(pk__in=ids)}


def act_words(act: str) -> str:
    """`case.opened` → 案件已建; the beginning `case.` → the whole family; a code without words stays as it is."""
    if act.endswith("."):
        return str(act_families.get(act[:-1], act))
    return str(act_labels.get(act, act))


def kind_words(label: str) -> str:
    """`cases.case` → 案件; a code without words stays as it is."""
    return str(subject_kinds[label].label) if label in subject_kinds else label


def acts_by_family() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What can be asked for: (beginning, its words, [(act, words)]), families and acts by their words."""
    named = sorted(
        (act.split(".")[0], str(words), act) for act, words in act_labels.items()
    )
    groups = [
        (
            f"{family}.",
            act_words(f"{family}."),
            [(act, words) for _family, words, act in lot],
        )
        for family, lot in groupby(named, key=lambda one: one[0])
    ]
    return sorted(groups, key=lambda group: group[1])


def name_things(wanted: Iterable[tuple[str, int | None]]) -> dict[tuple[str, int], str]:
    """What things are called: (kind, id) → name. One statement for each kind, whatever the number of things."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in wanted:
        if pk is not None and kind in subject_kinds:
            by_kind.setdefault(kind, set()).add(pk)
    return {
        (kind, pk): str(name)
        for kind, ids in by_kind.items()
        for pk, name in subject_kinds[kind].names(ids).items()
    }


def tell(entries: Iterable[Any]) -> list[Told]:
    """Audit entries in words; one statement for each kind of thing that they name."""
    entries = list(entries)
    said = interpreter(entries)
    return [
        Told(
            entry,
            act_words(entry.verb),
            kind_words(entry.subject_type),
            said.names.get(
                (entry.subject_type, entry.subject_id), str(entry.subject_id or "")
            ),
            list(said.said(entry)),
        )
        for entry in entries
    ]


def interpreter(entries: Iterable[Any]) -> "Interpreter":
    """What knows the names of all that these entries are about or mention; one statement for each kind of thing."""
    entries = list(entries)
    wanted = {(entry.subject_type, entry.subject_id) for entry in entries}
    for entry in entries:
        wanted |= set(_mentioned(entry.detail))
    return Interpreter(name_things(wanted))


def _mentioned(detail: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    for key, value in detail.items():
        if isinstance(value, dict):
            yield from _mentioned(value)
        elif (known := detail_labels.get(key)) and known.kind:
            yield from (
                (known.kind, pk)
                for pk in (value if isinstance(value, list) else [value])
                if _is_id(pk)
            )


@dataclass(slots=True)
class Interpreter:
    """Details in words; what codes are called is asked once for a page. names: (kind, id) → what it is called."""

    names: Mapping[tuple[str, int], str]
    asked: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def said(self, entry: Any) -> Iterable[tuple[str, str]]:
        """The details of an entry. What was before and after stands as one: `old → new`, field by field."""
        detail = dict(entry.detail)
        codes = (
            subject_kinds[entry.subject_type].codes
            if entry.subject_type in subject_kinds
            else dict
        )
        if "before" in detail and "after" in detail:
            before, after = detail.pop("before"), detail.pop("after")
            if isinstance(before, dict) and isinstance(after, dict):
                for key in sorted(after.keys() | before.keys()):
                    yield (
                        _label(key),
                        f"{self.value(key, before.get(key))} → {self.value(key, after.get(key))}",
                    )
            else:
                yield _("changed"), self.change(entry)
        for key, value in detail.items():
            if value not in (None, "", [], {}):
                yield (
                    _label(key),
                    self.value(
                        key, value, codes if key in ("before", "after") else None
                    ),
                )

    def change(self, entry: Any) -> str:
        """What an entry says was before and is after: `old → new`."""
        codes = (
            subject_kinds[entry.subject_type].codes
            if entry.subject_type in subject_kinds
            else dict
        )
        before, after = (
            self.value("", entry.detail[name], codes) for name in ("before", "after")
        )
        return f"{before} → {after}"

    def value(self, key: str, value: Any, codes: Codes | None = None) -> str:
        """One value in words; codes: in place of what the detail itself says."""
        known = detail_labels.get(key, Detail(key))
        if value in (None, "", []):
            return "—"
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return _(", ").join(self.value(key, one, codes) for one in value)
        if isinstance(value, dict):
            return _(", ").join(
                f"{_label(name)} {self.value(name, one)}" for name, one in value.items()
            )
        if isinstance(value, str):
            return str(self._words(codes or known.codes).get(value, value))
        if known.kind and _is_id(value):
            return self.names.get((known.kind, value), str(value))
        return json.dumps(value, ensure_ascii=False)

    def _words(self, codes: Codes) -> Mapping[str, Any]:
        if id(codes) not in self.asked:
            self.asked[id(codes)] = codes()
        return self.asked[id(codes)]


def _label(key: str) -> str:
    return str(detail_labels[key].label) if key in detail_labels else key


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
