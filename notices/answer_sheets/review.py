"""What confirming a filled sheet would do now."""

import hashlib
import json
from dataclasses import dataclass

from cases.states import Claim
from corps.models import User
from corps.results import Result
from notices.answer_sheets.filled import Filled, Line, Problem
from notices.answer_sheets.words import ANSWERS
from notices.models import AnswerRetraction, Notice
from notices.states import ItemState
from notices.workflow import Reply, foresee_answers

COLUMN_OF = {"remark-too-long": "remark", "unknown-outcome": "answer"}


@dataclass(frozen=True, slots=True)
class Review:
    """What confirming a filled sheet would do now. unchanged: rows that repeat the answer that stands.

    key: of the act; the same as long as neither the sheet nor the standing answers change and none is taken back.
    """

    ready: list[Line]
    unchanged: int
    blank: int
    problems: list[Problem]
    by_answer: list[tuple[str, int]]
    key: str


def review(filled: Filled, notice: Notice, actor: User) -> Review:
    """What confirming would do now: which rows would be answered, which repeat what stands, which are wrong why."""
    standing = _standing(notice)
    asked = [line for line in filled.lines if not _repeats(line, standing)]
    results = foresee_answers(notice=notice, replies=[line.reply for line in asked], actor=actor)
    ready, problems = [], list(filled.problems)
    for line, result in zip(asked, results, strict=True):
        if result.ok:
            ready.append(line)
        else:
            problems.append(_problem(line, result, filled.headings))
    counts = {claim: sum(line.outcome == claim for line in ready) for claim in ANSWERS}
    return Review(
        ready=ready,
        unchanged=len(filled.lines) - len(asked),
        blank=filled.blank,
        problems=sorted(problems, key=lambda problem: problem.row),
        by_answer=[(str(claim.label), count) for claim, count in counts.items() if count],
        key=_key(filled, standing, AnswerRetraction.objects.filter(answer__item__notice=notice).count()),
    )


def unsettled(filled: Filled, notice: Notice) -> list[Reply]:
    """The replies of a filled sheet, without those that repeat the answer that stands."""
    standing = _standing(notice)
    return [line.reply for line in filled.lines if not _repeats(line, standing)]


def _standing(notice: Notice) -> dict[int, tuple[str, str]]:
    """Item to (outcome, when) of the answers that stand; one found live has no outcome but its time."""
    rows = notice.items.exclude(answered_at=None).values_list("pk", "state", "outcome", "answered_at")
    return {pk: ("" if state == ItemState.OPEN else outcome, str(at)) for pk, state, outcome, at in rows}


def _repeats(line: Line, standing: dict[int, tuple[str, str]]) -> bool:
    return line.item is not None and standing.get(line.item, ("", ""))[0] == line.outcome


def _key(filled: Filled, standing: dict[int, tuple[str, str]], retracted: int) -> str:
    said = [[line.item, line.address, line.outcome, line.remark, standing.get(line.item or 0)] for line in filled.lines]
    return "sheet-" + hashlib.sha256(json.dumps([said, retracted]).encode()).hexdigest()


def _problem(line: Line, result: Result, headings: dict[str, str]) -> Problem:
    name = COLUMN_OF.get(result.code) or ("address" if line.address else "answer")
    cell = {"address": line.address, "answer": str(Claim(line.outcome).label), "remark": line.remark}[name]
    return Problem(line.row, headings.get(name, headings["answer"]), cell, result.message)
