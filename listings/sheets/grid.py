"""The cells of one worksheet or text file, as rows of text."""

from dataclasses import dataclass, field
from typing import NamedTuple

from .cells import cell_at
from .refusals import SheetRefused, refused


class Merge(NamedTuple):
    """Cells that are merged into one: rows and columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Grid:
    """Rows of text; row i is worksheet row or CSV record i + 1, so empty ones are there too, perhaps as [].

    links: (row, column) from 0 → the address behind the
    cell. hidden_rows, hidden_columns: from 0. is_1904: whether a plain number of days counts from 1904. remarks: codes
    of what was done so that the text could be read; see `remarks`. encoding, delimiter: of a text file, as Python calls
    them.
    fault: why a worksheet that reaches too far has no rows here; unread_rows: how many it has in the file.
    """

    name: str
    rows: list[list[str]]
    merges: list[Merge] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    is_1904: bool = False
    remarks: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    fault: SheetRefused | None = None
    unread_rows: int = 0

    def text(self, row: int, column: int) -> str:
        """The cell's text; empty where the row is shorter."""
        return cell_at(self.rows[row], column)

    def width(self) -> int:
        """The length of the longest row."""
        return max(map(len, self.rows), default=0)

    def fill_merged_rows(self, most: int) -> None:
        """Give every row that a merged cell spans its value and its link, in the cell's first column.

        most: how many cells may be filled so; a file that asks for more is refused as damaged.
        """
        last = len(self.rows) - 1
        for top, left, bottom, _right in self.merges:
            bottom = min(bottom, last)
            if bottom <= top:
                continue
            value = self.text(top, left)
            if not value:
                continue
            most -= bottom - top
            if most < 0:
                raise refused("damaged")
            link = self.links.get((top, left))
            for row in range(top + 1, bottom + 1):
                cells = self.rows[row]
                if len(cells) <= left:
                    cells = self.rows[row] = cells + [""] * (left + 1 - len(cells))
                cells[left] = value
                if link is not None:
                    self.links[row, left] = link
