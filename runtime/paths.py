"""Where an installation keeps what, and which system user its embedded servers run as."""

import fcntl
import importlib.util
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

NOBODY = 65534
# A socket's whole path may have 107 bytes; the longest name put into the folder is ".s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 80


class ServicesError(Exception):
    """A server cannot be had, or a setting cannot be read; the message says why and what to do about it.

    status: what a command exits with.
    """

    status = 1


class NoDatabaseError(ServicesError):
    """There is no database, and none is made unasked."""

    status = 2


def wheel(package: str) -> Path:
    """The folder of an installed package, found without importing it. Raises ServicesError if it is not installed."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ServicesError(
            f"The package {package} is not installed; run make install."
        )
    return Path(found.submodule_search_locations[0]).resolve()


@dataclass(frozen=True)
class Place:
    """One DATA_DIR. Whoever runs as root runs the servers as another user, for PostgreSQL refuses to run as root."""

    root: Path

    @cached_property
    def user(self) -> int | None:
        """The uid for the servers: the one that owns the data already, otherwise 65534; None to stay who we are."""
        if os.geteuid() != 0:
            return None
        data = self.root / "postgres"
        owner = data.stat().st_uid if data.exists() else 0
        return owner or NOBODY

    def as_user(self) -> dict[str, Any]:
        """Arguments of Popen that make a child the servers' user."""
        return (
            {"user": self.user, "group": self.user, "extra_groups": []}
            if self.user is not None
            else {}
        )

    def prepare(self) -> None:
        """Make the directory if it is missing, passable for the servers' user whatever the umask.

        Never opens a directory that was there before. Raises ServicesError if it cannot be ours.
        """
        missing = [
            folder for folder in (self.root, *self.root.parents) if not folder.exists()
        ]
        try:
            for folder in reversed(missing):
                folder.mkdir(exist_ok=True)
                if self.user is not None:
                    folder.chmod(0o755)
        except OSError as refused:
            raise ServicesError(
                f"The data directory {self.root} cannot be made: {refused.strerror}."
            ) from refused
        if not os.access(self.root, os.W_OK | os.X_OK):
            raise ServicesError(
                f"The data directory {self.root} belongs to somebody else; set DATA_DIR to your own."
            )

    def require_open(self, path: Path) -> None:
        """Raise ServicesError if the servers' user cannot get to the path, naming the directory that is closed.

        What does not exist yet is no obstacle.
        """
        if self.user is None:
            return
        for folder in (path.resolve(), *path.resolve().parents):
            if not folder.exists():
                continue
            found = folder.stat()
            mode, owner = found.st_mode, found.st_uid
            if not mode & stat.S_IXOTH and not (
                owner == self.user and mode & stat.S_IXUSR
            ):
                raise ServicesError(
                    f"{folder} is closed to other users (mode {stat.S_IMODE(mode):04o}), and as root the embedded "
                    f"PostgreSQL and Valkey run as user {self.user}, who must pass it to reach {path}. "
                    "It was left as it is. Put the project and DATA_DIR somewhere else, start as an ordinary user, "
                    "or set DATABASE_URL and REDIS_URL to servers of your own."
                )

    def secrets(self) -> Path:
        """The folder of passwords, 0700, made if missing."""
        folder = self.root / "secrets"
        if not folder.is_dir():
            self.prepare()
            folder.mkdir(mode=0o700, exist_ok=True)
        if not os.access(folder, os.R_OK | os.X_OK):
            raise ServicesError(
                f"The data directory {self.root} belongs to somebody else; set DATA_DIR to your own."
            )
        return folder

    def log(self, name: str) -> IO[bytes]:
        """A log to append to, begun anew once it has grown past 10 MB."""
        folder = self.root / "log"
        folder.mkdir(exist_ok=True)
        path = folder / f"{name}.log"
        begin_anew = path.exists() and path.stat().st_size > 10 * 2**20
        return path.open("wb" if begin_anew else "ab")

    def sockets(self, kept: str | None) -> Path:
        """A private folder with a short path for sockets: the one kept from before if still good, or a new one."""
        owner = os.geteuid() if self.user is None else self.user
        if kept and os.path.isdir(kept) and not os.path.islink(kept):
            found = os.stat(kept)
            if found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700:
                return Path(kept)
        folder = Path(tempfile.mkdtemp(prefix="corps-", dir=self._short_folder()))
        os.chown(folder, owner, -1)
        return folder

    def _short_folder(self) -> str:
        """The temporary folder, unless its path is too long or closed to the servers' user."""
        folder = tempfile.gettempdir()
        try:
            self.require_open(Path(folder))
        except ServicesError:
            return "/tmp"
        return (
            folder
            if len(os.fsencode(folder)) < LONGEST_SOCKET_FOLDER - len("/corps-abcdefgh")
            else "/tmp"
        )

    def state(self, kind: str) -> dict[str, Any] | None:
        """What the supervisor of a server wrote about it, or None."""
        try:
            return json.loads((self.root / f"{kind}.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def write_state(self, kind: str, state: dict[str, Any]) -> None:
        """Replace what is known of a server, whole or not at all."""
        draft = self.root / f"{kind}.json.new"
        draft.write_text(json.dumps(state))
        draft.rename(self.root / f"{kind}.json")

    def give(self, path: Path) -> None:
        """Make a folder of ours the servers' user's."""
        if self.user is not None:
            shutil.chown(path, self.user, self.user)

    def lock_file(self, name: str) -> IO[bytes]:
        """The file behind a lock; closing it, or dying, lets go."""
        return (self.root / f"{name}.lock").open("ab")

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold a lock for the length of a block; others wait."""
        with self.lock_file(name) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def try_lock(file: IO[bytes], how: int) -> bool:
    """Take a lock (LOCK_EX or LOCK_SH) if it is free now."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
