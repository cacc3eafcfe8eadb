"""gunicorn's settings, for `make run` and for one's own service files."""

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


def post_fork(server: Any, worker: Any) -> None:
    """A worker ends with its master, however that ended."""
    die_with_parent(server.pid)
