"""The whole site as a WSGI application, with one more address: /big answers two megabytes."""

from collections.abc import Callable, Iterable
from typing import Any

from config.wsgi import application as site
from config.wsgi import body_limit

__all__ = ["application", "body_limit"]
BIG = b"x" * 2_000_000


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """As the site, but for /big."""
    if environ["PATH_INFO"] != "/big":
        return site(environ, start_response)
    start_response(
        "200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(BIG)))]
    )
    return [BIG]
