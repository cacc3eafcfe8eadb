"""A WSGI application for the tests of the web server: it says what it got, and answers slowly or much if asked."""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from runtime.connections import BODY_REFUSED

LIMITS = {"/small": 1000}


def body_limit(path: str, headers: Mapping[str, str]) -> int:
    """A thousand bytes for /small, thirty million for the rest."""
    return LIMITS.get(path, 30_000_000)


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """/big: two million bytes. /wait: after some seconds. /busy: until the process ends. Else: PID and length."""
    path = environ["PATH_INFO"]
    status = "413 Too Large" if environ.get(BODY_REFUSED) else "200 OK"
    body = f"{os.getpid()} {len(environ['wsgi.input'].read())}".encode()
    if path == "/big":
        body = b"x" * 2_000_000
    elif path == "/wait":
        time.sleep(1)
    elif path == "/busy":
        time.sleep(60)
    start_response(
        status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))]
    )
    return [body]
