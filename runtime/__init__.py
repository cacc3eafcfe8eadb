"""The embedded PostgreSQL and Valkey, and the process manager behind `make run`.

`use(DATA_DIR)` joins the running servers of that directory or starts them; the last one who lets go stops them.
"""

from runtime.paths import ServicesError
from runtime.shared_servers import Services, join, use

__all__ = ["Services", "ServicesError", "join", "use"]
