#!/usr/bin/env python3
"""Runs a command, with the embedded services of DATA_DIR where the command needs a database and none is given."""

import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent
VENV = PROJECT / ".venv"

if sys.prefix == sys.base_prefix and (VENV / "bin" / "python").exists():
    os.execv(VENV / "bin" / "python", [str(VENV / "bin" / "python"), *sys.argv])


def main() -> int:
    """Prepare what the command needs, run it, and let go.

    1 if the services cannot be had, 2 if there is no database and the command makes none, 130 after Ctrl-C.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from runtime import ServicesError
    from runtime.command_database import database_for

    words = sys.argv[1:]
    command = words[0] if words else "help"
    only_help = command.startswith("-") or bool({"--help", "-h"} & set(words))
    deploys = command == "check" and "--deploy" in words
    try:
        with database_for(command, only_help=only_help, deploys=deploys):
            execute_from_command_line(sys.argv)
    except ServicesError as refused:
        print(refused, file=sys.stderr)
        return refused.status
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
