"""How a benchmark is taken: floor and app by turns, medians, and a verdict that knows its floor's noise."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

ROUNDS = 3
NOISY = 0.30

# Does the work of one round, 0, 1, 2 …, and says how many seconds it took; what it prepares is not counted.
Turn = Callable[[int], float]


@dataclass(slots=True)
class Measured:
    """One line of the table. app, floor: seconds of each round. limit: most times the floor, or None for a figure that
    is only shown."""

    name: str
    limit: float | None
    app: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times the floor's time the app takes, by their medians."""
        return median(self.app) / median(self.floor)

    @property
    def spread(self) -> float:
        """How far the floor's rounds lie apart, as a share of its median."""
        return (max(self.floor) - min(self.floor)) / median(self.floor)

    @property
    def is_missed(self) -> bool:
        return self.limit is not None and self.ratio > self.limit

    @property
    def verdict(self) -> str:
        """`ok` or `missed`, with `noisy` where the floor itself spreads by more than 30 %."""
        words = []
        if self.is_missed:
            words.append("missed")
        elif self.limit is not None:
            words.append("ok")
        if self.spread > NOISY:
            words.append("noisy")
        return ", ".join(words) or "shown"

    def facts(self) -> dict[str, Any]:
        """For `bench.json`; times in seconds."""
        return asdict(self) | {
            "app_median": median(self.app),
            "floor_median": median(self.floor),
            "ratio": round(self.ratio, 3),
            "floor_spread": round(self.spread, 3),
            "verdict": self.verdict,
        }


def by_turns(
    name: str, limit: float | None, *, floor: Turn, app: Turn, rounds: int = ROUNDS
) -> Measured:
    """Measure both: floor, app, floor, app, so that whatever the machine does meanwhile meets both."""
    measured = Measured(name, limit)
    for number in range(rounds):
        measured.floor.append(floor(number))
        measured.app.append(app(number))
    return measured


def table(lines: list[Measured]) -> Iterator[str]:
    """The lines of the table as text."""
    rows = [("benchmark", "app", "floor", "ratio", "limit", "verdict")]
    for line in lines:
        limit = "" if line.limit is None else f"{line.limit:.1f}"
        rows.append(
            (
                line.name,
                _time(line.app),
                _time(line.floor),
                f"{line.ratio:.2f}",
                limit,
                line.verdict,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    for row in rows:
        first, *middle, last = (
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        )
        figures = (
            cell.strip().rjust(width)
            for cell, width in zip(middle, widths[1:-1], strict=True)
        )
        yield "  ".join([first, *figures, last]).rstrip()


def _time(rounds: list[float]) -> str:
    seconds = median(rounds)
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
