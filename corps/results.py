"""What a verb on many things answers: one result for each of them."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one thing of a bulk act.

    ref: the id or row number the caller gave. ok: whether it was done. code: empty, or the reason's stable word.
    message: a sentence for the person (lazy translation), empty when done. details: for programs, such as who did
    what when.
    """

    ref: Hashable
    ok: bool = True
    code: str = ""
    message: Any = ""
    details: Mapping[str, Any] = field(default_factory=dict)


def tally(results: Iterable[Result]) -> tuple[int, int]:
    """How many were done, and how many not."""
    done = failed = 0
    for result in results:
        done, failed = done + result.ok, failed + (not result.ok)
    return done, failed
