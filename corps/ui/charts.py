"""Where the bars of a chart and of a tally stand: plain numbers, drawn by the templates as SVG with classes only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corps.ui.status_colours import kind_of

WIDTH, TOP, BOTTOM = 572, 30, 170
TALLY_WIDTH, TALLY_GAP, TALLY_LEAST = 1200, 1.6, 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in units of the drawing. url: where its number leads, or ""."""

    label: Any
    value: int
    url: str
    x: str
    y: str
    width: str
    height: str
    middle: str
    number_y: str


def bars_of(points: Sequence[tuple[Any, int, str]]) -> tuple[list[Bar], str]:
    """The bars of (label, value, address), and the height of the zero line, which rises if a value is negative."""
    values = [value for _label, value, _url in points]
    high, low = max([*values, 0]), min([*values, 0])
    if high == low:
        # Nothing but zeros stands on the same line as what is above zero.
        high = 1
    scale = (BOTTOM - TOP) / (high - low)
    zero, step = TOP + high * scale, WIDTH / max(len(points), 1)
    bars = []
    for place, (label, value, url) in enumerate(points):
        height = max(abs(value) * scale, 1) if value else 0
        top = zero - height if value >= 0 else zero
        bars.append(
            Bar(
                label,
                value,
                url,
                x=f"{step * (place + 0.19):.1f}",
                y=f"{top:.1f}",
                width=f"{step * 0.62:.1f}",
                height=f"{height:.1f}",
                middle=f"{step * (place + 0.5):.1f}",
                number_y=f"{min(top, zero) - 7:.1f}",
            )
        )
    return bars, f"{zero:.1f}"


def tally_of(cells: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """(kind, x, width) of each part; what is hardly there is still seen, at the others' cost. `whole` gets no part."""
    parts = [cell for cell in cells if not cell.get("whole") and cell["value"]]
    total = sum(cell["value"] for cell in parts)
    if not total:
        return []
    space = TALLY_WIDTH - TALLY_GAP * (len(parts) - 1)
    shares = [max(space * cell["value"] / total, TALLY_LEAST) for cell in parts]
    scale, at, placed = space / sum(shares), 0.0, []
    for cell, share in zip(parts, shares, strict=True):
        placed.append((kind_of(cell["kind"]), f"{at:.1f}", f"{share * scale:.1f}"))
        at += share * scale + TALLY_GAP
    return placed
