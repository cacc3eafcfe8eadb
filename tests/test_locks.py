"""How rows are locked."""

import re

from corps.services.sharing import PROJECT

ROOMS = [path.parent for path in sorted(PROJECT.glob("*/apps.py"))]


def test_whoever_locks_a_row_lets_others_write_rows_that_refer_to_it():
    """FOR UPDATE would make every foreign key's check wait, and two who do so for each other would deadlock."""
    found = [
        f"{path.relative_to(PROJECT)}: {call}"
        for room in ROOMS
        for path in room.rglob("*.py")
        for call in re.findall(r"select_for_update\((?:[^()]|\([^()]*\))*\)", path.read_text())
        if "no_key=True" not in call
    ]
    assert found == []
