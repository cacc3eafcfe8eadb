"""The commands of this package; see its docstring."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.golden.comparison import differences, renamed_texts, report
from tests.golden.records import EXPECTED, read

PROJECT = Path(__file__).resolve().parents[2]
JOBS = {
    "record": "test_record",
    "renew": "test_record_of_a_tenth",
    "plan": "test_plan",
    "scenario": "test_scenario",
    "campaign": "test_campaign",
}


def run(job: str, **paths: Path) -> int:
    """Do a job in pytest, which starts the servers it needs."""
    words = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"]
    words += ["-o", "faulthandler_timeout=0", f"tests/golden/jobs.py::{JOBS[job]}"]
    environment = {
        f"GOLDEN_{name}": str(path.resolve()) for name, path in paths.items()
    }
    return subprocess.run(
        words, cwd=PROJECT, env=os.environ | environment, check=False
    ).returncode


def compare(before: Path, after: Path, renamed: Path | None) -> int:
    """Print what differs between two records. 1 if anything does."""
    texts = renamed_texts(renamed) if renamed else {}
    found = differences(read(before), read(after), texts)
    print(report(found))
    print(f"{len(found)} requests are answered otherwise.")
    return 1 if found else 0


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, path in (("record", "file"), ("campaign", "file"), ("scenario", "file")):
        commands.add_parser(name).add_argument(path, type=Path)
    for name in ("plan", "renew"):
        commands.add_parser(name)
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.add_argument("--renamed", type=Path, help="old text, tab, new text")
    options = parser.parse_args()
    if options.command == "compare":
        return compare(options.before, options.after, options.renamed)
    if options.command == "record":
        return run("record", RECORD=options.file)
    if options.command == "renew":
        return run("renew", RECORD=EXPECTED)
    if options.command == "plan":
        return run("plan")
    return run(options.command, CAMPAIGN=options.file)


if __name__ == "__main__":
    sys.exit(main())
