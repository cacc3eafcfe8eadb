"""gunicorn's settings, for `make run` and for one's own service files."""

import gc
import os
from typing import Any

from corps.services.children import die_with_parent

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 120
graceful_timeout = 6
keepalive = 5
control_socket_disable = True
preload_app = True
proc_name = "corps-web"
loglevel = "warning"


def when_ready(server: Any) -> None:
    """What is loaded once for all workers is no garbage; nobody need look through it again."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """A worker ends with its master, however that ended.

    A page makes thousands of objects that die with it. Looked for as often as Python does by itself, garbage costs a
    tenth of every page.
    """
    die_with_parent(server.pid)
    gc.set_threshold(20_000, 20, 50)
