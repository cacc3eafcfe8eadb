"""Work on what strangers sent, done in a child process that can take nobody down with it."""

import gc
import os
import resource
import select
import signal
import struct
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator

from runtime.child_processes import die_with_parent

_LENGTH = struct.Struct("!I")
_READ = 1 << 20
_OUT_OF_MEMORY = 3


class ChildDied(Exception):
    """The child ended before it was done. how: "memory", "time" or "error"."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


def confined(
    produce: Callable[[], Iterable[bytes]], *, memory: int, seconds: float
) -> Generator[bytes, None, None]:
    """What `produce` yields, chunk by chunk, while it runs in a forked child.

    memory: bytes that the child may take beyond what this process has. seconds: of its whole run, and of its processor
    time. The child must not touch the database. It is ended when the iterator is closed, and dies with this process.
    Raises ChildDied.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _be_child(produce, writing, parent, memory, seconds)
    os.close(writing)
    status = None
    try:
        yield from _chunks(reading, time.monotonic() + seconds)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        os.close(reading)
        if status is None:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if status:
        raise ChildDied(_cause(status))


def _be_child(
    produce: Callable[[], Iterable[bytes]],
    writing: int,
    parent: int,
    memory: int,
    seconds: float,
) -> None:
    """Write every chunk with its length before it, then one of no length, and end without any of Python's goodbyes."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        die_with_parent(parent)
        with open("/proc/self/statm", "rb") as statm:
            present = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (present + memory, present + memory))
        spent = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
        resource.setrlimit(resource.RLIMIT_CPU, (spent + int(seconds) + 1,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        gc.disable()
        for chunk in produce():
            _write(writing, _LENGTH.pack(len(chunk)) + chunk)
        _write(writing, _LENGTH.pack(0))
        status = 0
    except MemoryError:
        status = _OUT_OF_MEMORY
    except (
        BaseException
    ):  # whatever it is, it must not run on as a second copy of the parent
        traceback.print_exc()
    finally:
        os._exit(status)


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _chunks(reading: int, deadline: float) -> Iterator[bytes]:
    """The chunks that arrive, up to the empty one or the end of the pipe."""
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    buffer = bytearray()
    while True:
        while len(buffer) >= _LENGTH.size:
            length = _LENGTH.unpack_from(buffer)[0]
            if not length:
                return
            if len(buffer) < _LENGTH.size + length:
                break
            chunk = bytes(buffer[_LENGTH.size : _LENGTH.size + length])
            del buffer[: _LENGTH.size + length]
            yield chunk
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise ChildDied("time")
        arrived = os.read(reading, _READ)
        if not arrived:
            return
        buffer += arrived


def _cause(status: int) -> str:
    """What its exit status says. A library that gets no more memory aborts; the kernel's own way is SIGKILL."""
    if status == -signal.SIGXCPU:
        return "time"
    return (
        "memory"
        if status in (_OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV)
        else "error"
    )
