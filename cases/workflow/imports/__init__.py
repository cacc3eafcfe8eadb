"""Sheets on their way in: read, corrected, looked at by a person, registered, undone.

`jobs` is what tasks do, by `parsing` a file into rows, `reading` them into an import and `registration` of what they
name; `corrections`, `review`, `registration` and `undoing` are what persons decide of it. `rows` says what becomes of
a row.
"""

from cases.workflow.imports.corrections import (
    Said,
    correct_reading,
    forget_corrections,
)
from cases.workflow.imports.jobs import (
    continue_registering,
    enqueue_unfinished,
    read_sheet,
    rows_by_result,
)
from cases.workflow.imports.reading import enqueue_import, read_again
from cases.workflow.imports.registration import (
    abandon_import,
    give_up,
    register_import,
)
from cases.workflow.imports.review import (
    judge_held,
    note_address_asked,
    note_addresses_asked,
    settle_rows,
)
from cases.workflow.imports.undoing import take_back_rows, undo_import, undoing_of

__all__ = [
    "Said",
    "abandon_import",
    "continue_registering",
    "correct_reading",
    "enqueue_import",
    "enqueue_unfinished",
    "forget_corrections",
    "give_up",
    "judge_held",
    "note_address_asked",
    "note_addresses_asked",
    "read_again",
    "read_sheet",
    "register_import",
    "rows_by_result",
    "settle_rows",
    "take_back_rows",
    "undo_import",
    "undoing_of",
]
