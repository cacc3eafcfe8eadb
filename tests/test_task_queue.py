"""Tasks are enqueued by name; each name that the sources give is one that a worker knows."""

import ast
from pathlib import Path

from django.conf import settings

from config.celery import app

PROJECT = Path(__file__).resolve().parents[1]


def named_tasks() -> set[str]:
    """Every text of the sources that names a task, such as "cases.tasks.read_sheet"."""
    return {
        node.value
        for name in settings.LOCAL_APPS
        for path in (PROJECT / name).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.count(".") == 2
        and node.value.split(".")[0] in settings.LOCAL_APPS
        and node.value.split(".")[1] == "tasks"
    }


def test_every_task_that_is_enqueued_or_scheduled_is_known_to_a_worker():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    named = named_tasks()
    assert {"corps.tasks.send_due", "cases.tasks.read_sheet"} <= named
    assert sorted((named | scheduled) - set(app.tasks)) == []
