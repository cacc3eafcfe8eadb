"""The folder in which one run of the tests keeps its servers and whatever it puts away for a while.

It lies in memory where there is room: databases are copied some thousand times, and nothing of them is to last.
"""

import fcntl
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MEMORY = Path("/dev/shm")
# What four workers' servers take at most, in bytes, with what tests store beside them.
ROOM = 6 * 2**30
PREFIX = "corps-tests-"
# Locked by the run as long as it lasts.
LOCK = "run.lock"


@dataclass
class RunFolder:
    """One run's folder, with its lock held."""

    path: Path
    lock: IO[str]

    @classmethod
    def make(cls) -> "RunFolder":
        """A new folder, after taking away those of runs that were killed."""
        parent = _parent()
        for old in parent.glob(f"{PREFIX}*"):
            _remove_abandoned(old)
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        # Servers run as another user, and put files of their own there, as into /tmp.
        path.chmod(0o1777)
        lock = (path / LOCK).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return cls(path, lock)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self.lock.close()


def _parent() -> Path:
    """Memory if it has the room, or else where temporary files lie."""
    if os.access(MEMORY, os.W_OK) and _free_memory() >= ROOM:
        return MEMORY
    return Path(tempfile.gettempdir())


def _free_memory() -> int:
    """Bytes that may be stored in memory: what its file system and the machine have left."""
    sizes = dict(
        line.split(":") for line in Path("/proc/meminfo").read_text().splitlines()
    )
    available = int(sizes["MemAvailable"].split()[0]) * 1024
    # Half of it, so that browsers and servers run as well.
    return min(shutil.disk_usage(MEMORY).free, available // 2)


def _remove_abandoned(folder: Path) -> None:
    """Remove a folder whose run holds its lock no more. One without a lock is just being made."""
    try:
        with (folder / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return
