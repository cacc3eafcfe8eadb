"""Waiting for processes of a data directory, and for their end."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from runtime.postgres import processes_in


def keepers(folder: Path) -> list[int]:
    """The keeper processes of a data directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"runtime.server_process" in words and os.fsencode(folder) in words:
            found.append(int(entry.name))
    return found


def nothing_is_left(folder: Path) -> bool:
    return not keepers(folder) and not processes_in(folder / "postgres")


def eventually(holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "did not come true"
        time.sleep(0.02)
