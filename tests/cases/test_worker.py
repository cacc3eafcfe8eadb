"""Sheets through the real upload and the real Celery worker: killed at any moment, and fed with what means harm."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cases import workflow
from cases.models import ImportRow, SheetImport, Target
from corps.models import AuditEntry
from listings.models import Listing
from tests.cases.conftest import Scenario, hand_in
from tests.cases.sheets import many
from tests.listings.sheet_files import complaints, patch, put_cells, write_xlsx
from tests.machinery import CeleryWorker
from tests.proofs import seconds

pytestmark = pytest.mark.django_db(transaction=True)
Start = Callable[..., CeleryWorker]
SHEET = "xl/worksheets/sheet1.xml"
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def hostile_files(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Upload name → (content, what the import says of it)."""

    def made(change: Callable[[str], str]) -> bytes:
        return Path(change(write_xlsx(folder / "a.xlsx", complaints(5)))).read_bytes()

    columns = (
        '<row r="7">'
        + "".join(f"<c><v>{n}</v></c>" for n in range(1_000_000))
        + "</row>"
    )
    return {
        "bomb.xlsx": (made(lambda path: patch(path, "xl/media/a.bin", lambda _: bytes(200 * 2**20))), "failed"),
        "columns.xlsx": (made(lambda path: put_cells(path, columns)), "failed"),
        "entities.xlsx": (made(lambda path: patch(path, SHEET, lambda xml: DTD + xml.partition(b"?>")[2])), "failed"),
        "picture.xlsx": (b"\x89PNG\r\n\x1a\n" + bytes(500), "failed"),
        "password.xlsx": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000), "failed"),
        "formula.csv": ("商品链接,诉求\n=HYPERLINK(\"https://item.taobao.com/item.htm?id=1\"),下架\n".encode(), "done"),
        "wrong.csv": (made(lambda path: path), "failed"),
    }  # fmt: skip


def test_no_hostile_sheet_answers_500_or_takes_the_worker_down(
    committed_scenario: Scenario, client: Client, start_worker: Start, tmp_path: Path
):
    worker = start_worker()
    client.force_login(committed_scenario.officer)
    files = hostile_files(tmp_path)
    good = Path(write_xlsx(tmp_path / "good.xlsx", complaints(20))).read_bytes()
    imports = {}
    for name, (content, _state) in {**files, "good.xlsx": (good, "done")}.items():
        answer = client.post(
            "/api/v1/complaints/",
            {
                "firm": "CXT",
                "subject": name,
                "received_on": date(2026, 3, 17),
                "sheet": SimpleUploadedFile(name, content),
            },
        )
        assert answer.status_code == 202, (name, answer.content)
        imports[name] = answer.json()["import"]
    deadline = time.monotonic() + 60
    while SheetImport.objects.filter(state__in=("reading", "registering")).exists():
        assert time.monotonic() < deadline
        assert worker.process.poll() is None, worker.log.read_text()
        time.sleep(0.05)
    said = {name: client.get(address).json() for name, address in imports.items()}
    assert {name: body["state"] for name, body in said.items()} == {
        "good.xlsx": "done",
        **{name: state for name, (_content, state) in files.items()},
    }
    assert said["good.xlsx"]["rows_by_result"]["new"] == 20
    assert said["formula.csv"]["rows_by_result"]["invalid"] == 1
    refusals = [body["detail"] for body in said.values() if body["state"] == "failed"]
    assert all(refusals)
    assert len(set(refusals)) == len(refusals), "each fault has a sentence of its own"
    assert worker.process.poll() is None
    assert "Traceback" not in worker.log.read_text()


@pytest.mark.proof
def test_a_worker_killed_at_random_moments_of_a_long_import_leaves_no_double_row(
    committed_scenario: Scenario, start_worker: Start
):
    dice = random.Random(5)
    rows, kills = 20_000, 0
    end = time.monotonic() + seconds(0.3)
    sheets = 0
    while sheets == 0 or time.monotonic() < end:
        sheet_import = hand_in(
            committed_scenario, many(rows, sheets * rows), "a.csv", needs_review=False
        )
        sheets += 1
        while SheetImport.objects.get(pk=sheet_import.pk).state in (
            "reading",
            "registering",
        ):
            worker = start_worker()
            SheetImport.objects.filter(pk=sheet_import.pk).update(
                touched_at=timezone.now() - timedelta(minutes=1)
            )
            workflow.enqueue_unfinished()
            time.sleep(dice.uniform(0.1, 1.5))
            worker.kill()
            kills += 1
        assert_whole(sheet_import, rows)
    assert kills > sheets


def assert_whole(sheet_import: SheetImport, rows: int) -> None:
    """Each row is there once, each listing has one target, and each target was reported once."""
    sheet_import.refresh_from_db()
    assert (sheet_import.state, sheet_import.done) == ("done", rows)
    numbers = list(
        sheet_import.import_rows.order_by("row").values_list("row", flat=True)
    )
    assert len(numbers) == len(set(numbers)) == rows
    assert not ImportRow.objects.filter(
        result__in=("new", "repeat"), target=None
    ).exists()
    listings = list(Listing.objects.values_list("platform", "canonical_id"))
    assert len(listings) == len(set(listings))
    reported = Counter(
        AuditEntry.objects.filter(verb="target.reported").values_list(
            "subject_id", flat=True
        )
    )
    assert set(reported.values()) == {1}
    assert reported.keys() == set(Target.objects.values_list("pk", flat=True))
    assert (
        AuditEntry.objects.filter(
            verb="import.registered", subject_id=sheet_import.complaint_id
        ).count()
        == 1
    )
