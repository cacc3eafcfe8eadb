"""The front of `make bench`: throw-away servers, a migrated database, and `manage.py bench` with their addresses."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from runtime import ServicesError, use
from runtime.child_processes import start_bound
from runtime.shared_servers import PROJECT

GIVEN = (
    "DATABASE_URL",
    "MIGRATION_DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "EMBEDDED_SERVICES",
    "DEMO",
    "PORT",
)


def main() -> int:
    """Run the benchmarks that are named, or all. The exit status of `manage.py bench`."""
    folder = Path(tempfile.mkdtemp(prefix="corps-bench-"))
    folder.chmod(0o755)
    try:
        with use(folder, profile="durable") as services:
            mine = {
                name: value for name, value in os.environ.items() if name not in GIVEN
            }
            # No second factor is asked, as in a demonstration.
            ours = {
                "DATA_DIR": str(folder),
                "SECRET_KEY": "only-for-benchmarks",
                "SECOND_FACTOR_ROLES": "",
            }
            # What is sent goes to a sink that the benchmark names itself.
            env = mine | services.env | ours | {"EMAIL_URL": "smtp://127.0.0.1:1"}
            manage = [sys.executable, "manage.py"]
            subprocess.run(
                [*manage, "migrate", "--verbosity=0"], cwd=PROJECT, env=env, check=True
            )
            bench = start_bound([*manage, "bench", *sys.argv[1:]], cwd=PROJECT, env=env)
            try:
                return bench.wait()
            except KeyboardInterrupt:
                bench.terminate()
                return bench.wait(20)
    except ServicesError as refused:
        print(refused, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
