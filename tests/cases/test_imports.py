"""An import can be killed anywhere and taken up again, two can run at once, and no file takes the worker down."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, connections
from django.utils import timezone, translation

from cases import tasks, workflow
from cases.models import ImportRow, SheetImport, Target
from cases.workflow.imports import jobs, parsing, reading, registration
from corps.audit.origin import audit_origin
from corps.database import copy
from corps.deadlines.clock import shanghai_date
from corps.errors import TransitionRefused
from corps.models import AuditEntry, Notification
from listings.models import Belonging, Listing
from listings.workflow import registration as registry
from stores.models import Store
from tests.cases.conftest import SMALL, hand_in, take_in
from tests.cases.sheets import many
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


def registered() -> dict[str, list]:
    """Everything that an import leaves, without keys and times."""
    rows = ImportRow.objects.order_by("row").values_list(
        "row", "result", "reason", "finding", "address", "target__kind"
    )
    return {
        "rows": list(rows),
        "listings": list(
            Listing.objects.order_by("pk").values_list(
                "canonical_id", "title", "store__canonical_id"
            )
        ),
        "stores": list(
            Store.objects.order_by("pk").values_list("canonical_id", "name")
        ),
        "belongings": list(
            Belonging.objects.order_by("pk").values_list("listing_id", "store_id")
        ),
        "targets": list(
            Target.objects.order_by("pk").values_list(
                "kind", "listing__canonical_id", "alleged"
            )
        ),
        "entries": list(
            AuditEntry.objects.filter(verb="target.reported").values_list("verb")
        ),
    }


class Killed(BaseException):
    """As if the process had ended here."""


class Steps:
    """Counts what an import does in the database, and ends it at a step."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.last = 0, -1
        write = copy.copy_lines
        for module in (copy, registry, registration, parsing):
            monkeypatch.setattr(
                module,
                "copy_lines",
                lambda *args: (self.step(), write(*args), self.step()),
            )

    def step(self) -> None:
        self.count += 1
        if self.count == self.last:
            raise Killed

    def __call__(self, execute, sql, params, many, context):
        self.step()
        result = execute(sql, params, many, context)
        self.step()
        return result

    def run(self, act, last: int = -1) -> bool:
        """Whether the act came to its end, rather than to that step."""
        self.count, self.last = 0, last
        try:
            with connection.execute_wrapper(self):
                act()
        except Killed:
            return False
        return True


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 12)
    monkeypatch.setattr(jobs, "CHUNK", 12)
    monkeypatch.setattr(parsing, "ROWS_AT_ONCE", 12)


def drive(sheet_import: SheetImport) -> None:
    """What the tasks do, whatever the state is."""
    workflow.read_sheet(sheet_import.pk)
    sheet_import.refresh_from_db()
    if sheet_import.state == SheetImport.State.REVIEW:
        workflow.register_import(
            sheet_import=sheet_import, actor=sheet_import.started_by
        )
    workflow.continue_registering(sheet_import.pk)


@pytest.mark.parametrize("needs_review", [False, True])
@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=pytest.mark.proof)])
def test_an_import_ended_at_any_step_and_taken_up_again_leaves_the_same(
    scenario, small_chunks, monkeypatch, needs_review, stride
):
    content = many(40)
    steps = Steps(monkeypatch)
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        whole = hand_in(scenario, content, "a.csv", needs_review=needs_review)
        assert steps.run(lambda: drive(whole))
        total, expected = steps.count, registered()
        cursor.execute("ROLLBACK TO SAVEPOINT before")
        for last in range(1, total, stride):
            sheet_import = hand_in(
                scenario, content, "a.csv", needs_review=needs_review
            )
            # The first run also does what a process does only once, so the last step of all may not come again.
            assert (
                not steps.run(lambda one=sheet_import: drive(one), last)
                or total - last <= 11
            )
            assert steps.run(lambda one=sheet_import: drive(one))
            sheet_import.refresh_from_db()
            assert (sheet_import.state, sheet_import.done) == ("done", 40), last
            assert registered() == expected, last
            cursor.execute("ROLLBACK TO SAVEPOINT before")


def test_a_second_run_of_a_finished_import_changes_nothing(scenario):
    sheet_import = take_in(scenario, many(20))
    before = registered()
    drive(sheet_import)
    assert registered() == before


READER = """
import os, django
django.setup()
from cases import workflow
from cases.workflow.imports import parsing
parsing.ROWS_AT_ONCE = 50
workflow.read_sheet(os.environ["IMPORT"])
"""


def test_a_worker_killed_while_registering_is_taken_up_by_another(
    committed_scenario, monkeypatch
):
    import os

    content = many(2000)
    sheet_import = hand_in(committed_scenario, content, "a.csv", needs_review=False)
    worker = subprocess.Popen(
        [sys.executable, "-c", READER],
        env=os.environ
        | {"IMPORT": str(sheet_import.pk), "DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    deadline = time.monotonic() + 60
    while SheetImport.objects.get(pk=sheet_import.pk).done < 200:
        assert time.monotonic() < deadline
        assert worker.poll() is None
        time.sleep(0.001)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    while not imports_free(sheet_import):
        time.sleep(0.01)
    done = SheetImport.objects.get(pk=sheet_import.pk).done
    assert 200 <= done < 2000
    assert ImportRow.objects.count() == done
    workflow.continue_registering(sheet_import.pk)
    sheet_import.refresh_from_db()
    assert (sheet_import.state, sheet_import.done) == ("done", 2000)
    assert ImportRow.objects.count() == 2000
    named = ImportRow.objects.filter(target__isnull=False)
    assert named.values("target").distinct().count() == Target.objects.count()
    assert ImportRow.objects.filter(result="new").count() <= Target.objects.count()


def imports_free(sheet_import: SheetImport) -> bool:
    """Whether nobody works on it."""
    with jobs._alone(sheet_import.pk) as alone:
        return alone


def test_two_imports_of_the_same_sheet_at_once_register_everything_once(
    committed_scenario, small_chunks
):
    contents = many(300)
    both = [
        hand_in(committed_scenario, contents, "a.csv", needs_review=False, firm=firm)
        for firm in ("CXT", "HYS")
    ]
    ready = Barrier(2)

    def work(sheet_import: SheetImport) -> None:
        try:
            ready.wait(10)
            drive(sheet_import)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, both))
    listings = Listing.objects.values_list("platform", "canonical_id")
    assert len(listings) == len(set(listings)) > 150
    for sheet_import in both:
        sheet_import.refresh_from_db()
        assert sheet_import.state == "done"
    by_both = ImportRow.objects.filter(result="new").values_list("address", flat=True)
    assert len(by_both) == len(set(by_both))
    assert (
        ImportRow.objects.filter(result__in=("new", "repeat"), target=None).count() == 0
    )


def test_two_tasks_on_one_import_do_not_both_run(committed_scenario):
    sheet_import = hand_in(committed_scenario, many(20), "a.csv", needs_review=False)

    def elsewhere() -> None:
        try:
            workflow.read_sheet(sheet_import.pk)
        finally:
            connections.close_all()

    with jobs._alone(sheet_import.pk) as alone:
        assert alone
        with ThreadPoolExecutor(1) as pool:
            pool.submit(elsewhere).result()
        assert not ImportRow.objects.exists()
    workflow.read_sheet(sheet_import.pk)
    assert ImportRow.objects.count() == 20


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "empty-file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a.xlsx", "wrong-extension"),
        (b"PK\x03\x04junk", "a.xlsx", "damaged"),
        (b"<html><table></table></html>", "a.doc", "unknown-extension"),
        ("品牌,备注\n砚露,无\n".encode(), "a.csv", "no-address-column"),
    ],
)
def test_a_file_that_cannot_be_read_ends_as_failed_and_says_why_in_the_readers_language(
    scenario, content, name, code
):
    sheet_import = take_in(scenario, content, name)
    assert sheet_import.state == "failed"
    assert json.loads(sheet_import.detail)["code"] == code
    with translation.override("en"):
        english = sheet_import.explanation
    with translation.override("zh-hans"):
        chinese = sheet_import.explanation
    assert english
    assert english != chinese
    assert not sheet_import.import_rows.exists()
    assert AuditEntry.objects.filter(verb="import.failed").exists()
    assert Notification.objects.filter(user=sheet_import.started_by).exists()


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda: bytearray(8 << 30), "too-costly"),
        (lambda: signal.raise_signal(signal.SIGKILL), "too-costly"),
        (lambda: 1 // 0, "damaged"),
    ],
)
def test_whatever_a_file_does_to_its_reader_the_worker_goes_on(
    scenario, monkeypatch, harm, code
):
    monkeypatch.setattr(parsing, "read_sheet", lambda *_args: harm())
    sheet_import = take_in(scenario, many(5))
    assert sheet_import.state == "failed"
    assert json.loads(sheet_import.detail)["code"] == code


def test_a_reader_that_does_not_come_to_an_end_is_ended(
    scenario, monkeypatch, settings
):
    monkeypatch.setattr(parsing, "GRACE", -119.5)
    monkeypatch.setattr(parsing, "read_sheet", lambda *_args: time.sleep(600))
    sheet_import = take_in(scenario, many(5))
    assert json.loads(sheet_import.detail)["code"] == "too-slow"


def test_a_sheet_for_review_waits_for_a_person(scenario):
    sheet_import = hand_in(scenario, many(20), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    workflow.continue_registering(sheet_import.pk)
    sheet_import.refresh_from_db()
    assert sheet_import.state == "review"
    assert sum(workflow.rows_by_result(sheet_import).values()) == 20
    assert not Listing.objects.exists()
    assert sheet_import.columns["fields"]["listing_address"]["heading"] == "商品链接"


def test_registering_is_refused_twice_and_to_people_without_business(scenario):
    sheet_import = hand_in(scenario, many(20), "a.csv")
    with pytest.raises(TransitionRefused, match="not-in-review"):
        workflow.register_import(sheet_import=sheet_import, actor=scenario.officer)
    workflow.read_sheet(sheet_import.pk)
    for person in (scenario.liaison, scenario.auditor, scenario.admin):
        with pytest.raises(PermissionDenied):
            workflow.register_import(sheet_import=sheet_import, actor=person)
    workflow.register_import(sheet_import=sheet_import, actor=scenario.officer)
    with pytest.raises(TransitionRefused, match="not-in-review"):
        workflow.register_import(sheet_import=sheet_import, actor=scenario.officer)


def test_an_abandoned_sheet_registers_nothing(scenario):
    sheet_import = hand_in(scenario, many(20), "a.csv")
    workflow.read_sheet(sheet_import.pk)
    workflow.abandon_import(sheet_import=sheet_import, actor=scenario.officer)
    workflow.continue_registering(sheet_import.pk)
    sheet_import.refresh_from_db()
    assert sheet_import.state == "abandoned"
    assert not Target.objects.exists()
    with pytest.raises(TransitionRefused, match="not-in-review"):
        workflow.register_import(sheet_import=sheet_import, actor=scenario.officer)


def enqueued_with(monkeypatch) -> list[tuple[str, str | None]]:
    """The names of the tasks that are enqueued from now on, with their queues."""
    tasks_of: list[tuple[str, str | None]] = []
    monkeypatch.setattr(
        "corps.task_queue.current_app.send_task",
        lambda name, queue=None, **_: tasks_of.append((name, queue)),
    )
    return tasks_of


def test_maintenance_enqueues_what_nobody_has_touched_for_a_while(
    scenario, monkeypatch, django_capture_on_commit_callbacks
):
    sheet_import = hand_in(scenario, many(20), "a.csv", needs_review=False)
    enqueued = enqueued_with(monkeypatch)
    with django_capture_on_commit_callbacks(execute=True):
        workflow.enqueue_unfinished()
    assert enqueued == []
    SheetImport.objects.update(touched_at=timezone.now() - timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        workflow.enqueue_unfinished()
    assert enqueued == [("cases.tasks.read_sheet", None)]
    put_into(SheetImport.objects, "registering")
    with django_capture_on_commit_callbacks(execute=True):
        workflow.enqueue_unfinished()
    assert enqueued[1:] == [("cases.tasks.register_sheet", None)]
    SheetImport.objects.update(replay="mark")
    with django_capture_on_commit_callbacks(execute=True):
        workflow.enqueue_unfinished()
    assert len(enqueued) == 2
    assert sheet_import.replay == ""


def test_what_a_replay_hands_in_is_enqueued_on_its_own_queue_and_registered_in_its_name(
    scenario, monkeypatch, django_capture_on_commit_callbacks
):
    enqueued = enqueued_with(monkeypatch)
    long_ago = timezone.now() - timedelta(days=200)
    mark = str(uuid4())
    with (
        audit_origin(channel="replay", replay=mark),
        django_capture_on_commit_callbacks(execute=True),
    ):
        sheet_import = hand_in(
            scenario,
            many(20),
            "a.csv",
            needs_review=False,
            at=long_ago,
            received_on=shanghai_date(long_ago),
        )
    assert enqueued == [("cases.tasks.read_sheet", f"replay-{mark}")]
    tasks.read_sheet(str(sheet_import.pk))
    assert {target.reported_at for target in Target.objects.all()} == {long_ago}
    assert set(
        AuditEntry.objects.filter(verb="target.reported").values_list("channel", "at")
    ) == {("replay", long_ago)}
    assert not Notification.objects.exists()


def test_a_chunk_costs_the_same_number_of_statements_whatever_its_rows(
    scenario, django_assert_max_num_queries, monkeypatch
):
    steps = Steps(monkeypatch)
    counts = []
    for count, start in ((20, 0), (20, 500), (400, 1000)):
        sheet_import = hand_in(
            scenario, many(count, start), "a.csv", needs_review=False
        )
        steps.run(lambda one=sheet_import: drive(one))
        counts.append(steps.count)
    # The first of a process also loads what is kept in memory afterwards.
    assert counts[1] == counts[2]


def test_the_small_campaigns_largest_sheet_reads_the_same_in_review_and_without(
    scenario,
):
    content = (SMALL / "complaints" / "CXT-01.xlsx").read_bytes()
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT before")
        take_in(scenario, content, "CXT-01.xlsx")
        direct = registered()
        cursor.execute("ROLLBACK TO SAVEPOINT before")
        drive(hand_in(scenario, content, "CXT-01.xlsx"))
    assert registered() == direct
