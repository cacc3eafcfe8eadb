"""What confirming a filled sheet would do now."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass

from cases.states import Claim
from corps.models import User
from corps.results import Result
from notices.answer_sheets.filled import Filled, Line, Problem
from notices.answer_sheets.vocabulary import ANSWERS
from notices.models import AnswerRetraction, Notice
from notices.states import ItemState
from notices.workflow import Reply, foresee_answers, foresee_retractions

COLUMN_OF = {"remark-too-long": "remark", "unknown-outcome": "answer"}


@dataclass(frozen=True, slots=True)
class Review:
    """What confirming a filled sheet would do now. changed: of those ready, rows whose answer takes the place of one
    that nobody has checked. unchanged: rows that repeat the answer that stands.

    key: of the act; the same as long as neither the sheet nor the standing answers change and none is taken back.
    """

    ready: list[Line]
    changed: int
    unchanged: int
    blank: int
    problems: list[Problem]
    by_answer: list[tuple[str, int]]
    key: str


def review(filled: Filled, notice: Notice, actor: User) -> Review:
    """What confirming would do now: which rows would be answered, which repeat what stands, which are wrong why."""
    current = _current_answers(notice)
    asked = [line for line in filled.lines if not _repeats(line, current)]
    changing = changed_items(filled, notice)
    results = foresee_answers(
        notice=notice, replies=[line.reply for line in asked], actor=actor
    )
    taken_back = {
        result.ref: result
        for result in foresee_retractions(notice=notice, items=changing, actor=actor)
    }
    ready, problems = [], list(filled.problems)
    for line, foreseen in zip(asked, results, strict=True):
        result = taken_back.get(line.item, foreseen)
        if result.ok:
            ready.append(line)
        else:
            problems.append(_problem(line, result, filled.headings))
    return Review(
        ready=ready,
        changed=sum(line.item in taken_back for line in ready),
        unchanged=len(filled.lines) - len(asked),
        blank=filled.blank,
        problems=sorted(problems, key=lambda problem: problem.row),
        by_answer=_by_answer(ready),
        key=key_of(filled, notice),
    )


def _by_answer(lines: list[Line]) -> list[tuple[str, int]]:
    """How many of the rows give each answer, by its name; those that none gives are left out."""
    counts = Counter(line.outcome for line in lines)
    return [(str(claim.label), counts[claim]) for claim in ANSWERS if counts[claim]]


def key_of(filled: Filled, notice: Notice) -> str:
    """The key of confirming a sheet: another one once an answer that it meets was given, taken back or checked."""
    retracted = AnswerRetraction.objects.filter(answer__item__notice=notice).count()
    return _key(filled, _current_answers(notice), retracted)


def changed_items(filled: Filled, notice: Notice) -> list[int]:
    """Items that are answered, and otherwise than the sheet says, and whose answer may be taken back."""
    answers = {
        line.item: line.outcome for line in filled.lines if line.item is not None
    }
    answered = (
        notice.items.retractable().filter(pk__in=answers).values_list("pk", "outcome")
    )
    return [pk for pk, answer in answered if answer != answers[pk]]


def unsettled(filled: Filled, notice: Notice) -> list[Reply]:
    """The replies of a filled sheet, without those that repeat the answer that stands."""
    current = _current_answers(notice)
    return [line.reply for line in filled.lines if not _repeats(line, current)]


def _current_answers(notice: Notice) -> dict[int, tuple[str, str]]:
    """Item to (answer, when) of the answers that stand; one found live has no answer but its time."""
    rows = notice.items.exclude(answered_at=None).values_list(
        "pk", "state", "outcome", "answered_at"
    )
    return {
        pk: ("" if state == ItemState.OPEN else answer, str(at))
        for pk, state, answer, at in rows
    }


def _repeats(line: Line, current: dict[int, tuple[str, str]]) -> bool:
    return line.item is not None and current.get(line.item, ("", ""))[0] == line.outcome


def _key(filled: Filled, current: dict[int, tuple[str, str]], retracted: int) -> str:
    content = [
        [
            line.item,
            line.address,
            line.outcome,
            line.remark,
            current.get(line.item or 0),
        ]
        for line in filled.lines
    ]
    return (
        "sheet-" + hashlib.sha256(json.dumps([content, retracted]).encode()).hexdigest()
    )


def _problem(line: Line, result: Result, headings: dict[str, str]) -> Problem:
    name = COLUMN_OF.get(result.code) or ("address" if line.address else "answer")
    cell = {
        "address": line.address,
        "answer": str(Claim(line.outcome).label),
        "remark": line.remark,
    }[name]
    return Problem(
        line.row, headings.get(name, headings["answer"]), cell, result.message
    )
