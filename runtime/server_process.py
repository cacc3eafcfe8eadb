"""The process that owns one embedded server: `python -m runtime.server_process KIND DATA_DIR PROFILE`.

Users hold a shared lock; the supervisor starts the server again if it dies, and stops it once it can have that lock
alone, that is, once nobody uses the server: killed users do not count. If the supervisor itself is killed, the kernel
ends its server, and the next user starts another supervisor on the same sockets.
"""

import fcntl
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from runtime.paths import Place, ServicesError, try_lock
from runtime.postgres import Postgres
from runtime.shared_servers import READY, TAKEN
from runtime.valkey import Valkey

KINDS: dict[str, type[Postgres] | type[Valkey]] = {
    "postgres": Postgres,
    "valkey": Valkey,
}
LOOK_SECONDS = 0.1


def answer(line: str) -> None:
    """Tell the one who started us, who may be gone by now."""
    try:
        os.write(1, line.encode())
    except BrokenPipeError:
        return


def start_if_dead(server: Postgres | Valkey) -> None:
    """Start the server again if its process has ended."""
    if server.process is not None and server.process.poll() is not None:
        server.start()


def keep(place: Place, kind: str, profile: str) -> None:
    """Start the server, keep it up while somebody uses it, stop it. Raises ServicesError if it does not start."""
    stopping = False

    def stop_now(_sign: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop_now)
    before = place.state(kind) or {}
    sockets = place.sockets(before.get("sockets"))
    place.write_state(kind, {"sockets": str(sockets), "ready": False})
    server = KINDS[kind](place, sockets, profile)
    try:
        with place.lock_file(f"{kind}.users") as users:
            server.start()
            place.write_state(
                kind, {"sockets": str(sockets), "ready": True, "keeper": os.getpid()}
            )
            answer(f"{READY}\n")
            while not stopping and not try_lock(users, fcntl.LOCK_EX):
                start_if_dead(server)
                time.sleep(LOOK_SECONDS)
            (place.root / f"{kind}.json").unlink(missing_ok=True)
            server.stop()
    finally:
        server.stop()
        shutil.rmtree(sockets, ignore_errors=True)


def main(kind: str, data_dir: str, profile: str) -> int:
    """Keep a server unless another supervisor does. 0 when it was stopped in order."""
    place = Place(Path(data_dir))
    with place.lock_file(f"{kind}.keeper") as lock:
        if not try_lock(lock, fcntl.LOCK_EX):
            answer(f"{TAKEN}\n")
            return 1
        try:
            keep(place, kind, profile)
        except ServicesError as refused:
            answer(f"{refused}\n")
            print(refused, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
