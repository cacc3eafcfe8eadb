"""Plans and records as files."""

import json
import lzma
from pathlib import Path
from typing import Any

from tests.golden.requests import Request
from tests.golden.snapshot import DATA

PLAN = DATA / "requests.json"
EXPECTED = DATA / "expected.json.xz"
Record = dict[str, dict[str, Any]]


def plan() -> list[Request]:
    """The requests of the stored plan, in its order."""
    return [Request(**stored) for stored in json.loads(PLAN.read_text())]


def tenth() -> list[Request]:
    """Every tenth request of the plan."""
    return plan()[::10]


def write(record: Record, path: Path) -> None:
    """Keep a record."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    path.write_bytes(lzma.compress(text.encode(), preset=9))


def read(path: Path) -> Record:
    """A record as it was kept."""
    return json.loads(lzma.decompress(path.read_bytes()))
