"""What `make test` and `make proof` do: fetch what the machine lacks, run pytest, name what had to be skipped."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DEBIAN_PACKAGES = {"chromium": "chromium", "fonts": "fonts-noto-cjk"}


def missing_packages() -> list[str]:
    """Debian packages that the browser tests need and this machine lacks."""
    missing = []
    if not shutil.which("chromium"):
        missing.append(DEBIAN_PACKAGES["chromium"])
    fonts = (
        shutil.which("fc-list")
        and subprocess.run(
            ["fc-list", ":lang=zh"], capture_output=True, check=False
        ).stdout
    )
    if not fonts:
        missing.append(DEBIAN_PACKAGES["fonts"])
    return missing


def fetch_packages() -> None:
    """As root on Debian, install what is missing; elsewhere say so, and the browser tests are skipped."""
    missing = missing_packages()
    if not missing:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"Not installed here, so browser tests are skipped: {', '.join(missing)}")
        return
    print(f"Installing {', '.join(missing)} …", flush=True)
    quiet = {
        "stdout": subprocess.DEVNULL,
        "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    }
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        check=False,
        **quiet,
    )
    if still := missing_packages():
        print(
            f"Could not be installed, so browser tests are skipped: {', '.join(still)}"
        )


def main() -> int:
    """Run the suite, or with --proof the long proofs. pytest's exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--proof", action="store_true", help="the long proofs instead of the suite"
    )
    parser.add_argument(
        "--minutes", type=float, help="how long the proofs may take in all"
    )
    options, rest = parser.parse_known_args()
    fetch_packages()
    # Hypothesis marks each property-based test with its name.
    proofs = ["-m", "proof or sampled or hypothesis", "-o", "faulthandler_timeout=0"]
    # In the order of conftest, the longest files first, and not by the number of their tests. A worker waits for its
    # servers and browsers almost half of the time, so that two processors have work for four.
    spread = ["-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]
    arguments = proofs if options.proof else ["-m", "not proof", *spread]
    if options.proof:
        os.environ["PROOF"] = "1"
    if options.minutes:
        os.environ["PROOF_MINUTES"] = str(options.minutes)
    return subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *rest], cwd=PROJECT, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
