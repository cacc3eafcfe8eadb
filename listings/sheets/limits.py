"""How much of a file one upload may cost."""

import time
from dataclasses import dataclass

from .refusals import refused


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file; past any of them it is refused with its own message.

    max_bytes: of the file as uploaded. max_unpacked: of all the parts of an XLSX together, in bytes; max_ratio: of
    unpacked to packed; max_entries: parts in it. max_rows: rows below the header. max_columns: the last column with
    anything in it. max_cells: of the rectangle that a worksheet spans. seconds: for reading the whole file, by the
    clock on the wall.
    """

    max_bytes: int = 20 * 2**20
    max_unpacked: int = 128 * 2**20
    max_ratio: int = 100
    max_entries: int = 2_000
    max_rows: int = 100_000
    max_columns: int = 500
    max_cells: int = 5_000_000
    seconds: float = 60.0


class Clock:
    """The time that one reading has left."""

    def __init__(self, limits: Limits) -> None:
        self._seconds = limits.seconds
        self._ends = time.monotonic() + limits.seconds

    def check(self) -> None:
        """Raise SheetRefused "too-slow" once the time is over."""
        if time.monotonic() > self._ends:
            raise refused("too-slow", seconds=round(self._seconds))
