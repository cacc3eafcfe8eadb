"""The pages of states, made from the state tables: `python -m tests.states` writes `docs/states.md`; with `--check` it
says that the document differs and exits 1.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.utils import translation  # noqa: E402

from cases import states as cases  # noqa: E402
from corps.models.approvals import APPROVAL_STATES  # noqa: E402
from corps.models.messages import DELIVERY_STATES  # noqa: E402
from corps.states import StateTable  # noqa: E402
from listings import states as listings  # noqa: E402
from notices import states as notices  # noqa: E402

DOCUMENT = Path(__file__).resolve().parents[1] / "docs/states.md"
# What each table is of, where it stands, and the table.
TABLES: dict[str, tuple[str, StateTable]] = {
    "Complaint": ("cases/states.py", cases.COMPLAINT_STATES),
    "Case": ("cases/states.py", cases.CASE_STATES),
    "Target": ("cases/states.py", cases.TARGET_STATES),
    "SheetImport": ("cases/states.py", cases.IMPORT_STATES),
    "Belonging": ("listings/states.py", listings.BELONGING_STATES),
    "BelongingCorrection": ("listings/states.py", listings.CORRECTION_STATES),
    "Notice": ("notices/states.py", notices.NOTICE_STATES),
    "NoticeItem": ("notices/states.py", notices.ITEM_STATES),
    "Objection": ("notices/states.py", notices.OBJECTION_STATES),
    "Delivery": ("corps/models/messages.py", DELIVERY_STATES),
    "Approval": ("corps/models/approvals.py", APPROVAL_STATES),
}
HEAD = """# States
What states each object has, which states may follow each, and what is said of each. A state that nothing follows is
final; in a finished one nothing is to be done on the object, though something may still befall it. Counted: whether an
object in that state counts in one of the two numbers. Groups: sets of states that verbs and pages ask for, by the names
that the table gives them. Listed under: the word of its list's filter that shows it among others. The database refuses
every move that is not here. A listing's or store's own status is derived (`cases/models/targets.py:Target`), not moved.
Made from the state tables (`corps/states.py:StateTable`) by `python -m tests.states`; `make check` compares it.
"""


def text() -> str:
    """The document as the tables say it."""
    parts = [HEAD]
    for name, (path, table) in TABLES.items():
        parts.append("\n".join(section(name, path, table)))
    return "\n".join(parts)


def section(name: str, path: str, table: StateTable) -> Iterator[str]:
    """One object: its states, and for each what it is called and what may follow it."""
    yield f"## {name}"
    yield f"Declared in `{path}`.\n"
    yield "| state | 中文 | English | may be followed by | may follow |"
    yield "|---|---|---|---|---|"
    for choice in table.choices:
        chinese = label(choice, "zh-hans")
        english = label(choice, "en")
        after = listed(table.moves[choice]) or "(final)"
        before = listed(table.before(choice)) or "(first)"
        yield f"| `{choice.value}` | {chinese} | {english} | {after} | {before} |"
    yield ""
    yield "| state | colour | finished | counted | groups | listed under |"
    yield "|---|---|---|---|---|---|"
    for choice, state in table.states.items():
        finished = ("no", "yes")[state.finished]
        groups = ", ".join(state.groups).replace("_", " ") or "–"
        shown = state.listed_under or "–"
        cells = (f"`{choice}`", state.colour, finished, state.counted, groups, shown)
        yield f"| {' | '.join(cells)} |"
    yield ""


def label(state: object, language: str) -> str:
    """What a state is called in a language."""
    with translation.override(language):
        return str(state.label)  # type: ignore[attr-defined]


def listed(states: tuple[str, ...]) -> str:
    """States as they stand in a cell."""
    return " ".join(f"`{state}`" for state in states)


def main(arguments: list[str]) -> int:
    """Write the document, or with `--check` compare it. 1 if it differs."""
    made = text()
    if "--check" not in arguments:
        DOCUMENT.write_text(made, encoding="utf-8")
        return 0
    if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == made:
        return 0
    print("docs/states.md is not what the tables say: run `python -m tests.states`")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
