"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent(parent: int, sign: int = signal.SIGKILL) -> None:
    """Ask Linux to send us `sign` when the thread that started us ends. Exits if that has happened already."""
    if hasattr(_libc, "prctl"):
        _libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def bound_to_parent(sign: int = signal.SIGKILL) -> Callable[[], None]:
    """A `preexec_fn` that binds a child to the calling thread's life; it runs after the change of user."""
    parent = os.getpid()
    return lambda: die_with_parent(parent, sign)


def start_bound(
    command: Sequence[str], *, sign: int = signal.SIGKILL, **options: Any
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that it takes no interrupt of the terminal, bound to our life."""
    return subprocess.Popen(
        command, preexec_fn=bound_to_parent(sign), start_new_session=True, **options
    )


def stop(process: subprocess.Popen[bytes], sign: int, seconds: float) -> int:
    """Send `sign`, wait up to `seconds`, then kill. The exit status."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
