"""Whether somebody really reads what a request asks for: only then is anything recorded about reading."""

import socket

from django.http import HttpRequest

# Browsers say so when they fetch a page that nobody has asked for yet.
PREFETCH_HEADERS = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
PREFETCHING = ("prefetch", "preview", "prerender")


def is_read(request: HttpRequest) -> bool:
    """Whether the request is a person's or a program's own: a GET that is no prefetch and that still has its reader.

    Ask when the answer is ready: who has hung up meanwhile gets nothing, and has read nothing.
    """
    if request.method != "GET":
        return False
    stated = " ".join(
        request.headers.get(name, "") for name in PREFETCH_HEADERS
    ).lower()
    if any(word in stated for word in PREFETCHING):
        return False
    return not _has_hung_up(request)


def _has_hung_up(request: HttpRequest) -> bool:
    """Whether the caller has closed the connection; where the server does not hand it on, nobody has."""
    # waitress hands on a method of the channel that serves the request, which itself looks only between requests.
    channel = getattr(
        request.META.get("waitress.client_disconnected"), "__self__", None
    )
    line = getattr(channel, "socket", None)
    if line is None:
        return False
    try:
        return line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except (OSError, ValueError):
        return True
