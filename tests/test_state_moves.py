"""The database refuses every move that a state table does not have, whoever makes it and by whatever statement."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from cases.models import SheetImport, Target
from cases.states import TARGET_STATES, Claim
from corps.states import Counted, StateTable
from listings.models import Belonging, BelongingCorrection
from notices.states import (
    ANSWERED_AS,
    AWAITS_ANSWER,
    ITEM_STATES,
    OBJECTION_STATES,
    TARGET_AWAITS_ANSWER,
)
from runtime.shared_servers import PROJECT
from tests.notices.neighbours import Scene, taken_up
from tests.notices.world import add_targets
from tests.put_into import put_into
from tests.stateful_objects import OBJECTS
from tests.states import TABLES

pytestmark = pytest.mark.django_db

APPS = ("corps", "firms", "stores", "listings", "cases", "notices", "dashboards")
# One statement that puts each row into one of two states, by whether it counts; the trigger looks at it alone.
TWO_STATES_AT_ONCE = {
    "corps/states.py:move_all",
    "cases/workflow/targets.py:bring_into",
    "notices/workflow/official.py:take_back_counted",
}


@pytest.fixture
def scene() -> Scene:
    """One row of each object at least."""
    scene = taken_up()
    world, listing = scene.world, scene.target.listing
    assert listing is not None
    SheetImport.objects.create(
        complaint=scene.complaint, started_by=world.officer, at=timezone.now()
    )
    Belonging.objects.create(
        platform=world.platform, listing_id=listing.canonical_id, store_id="70000001"
    )
    BelongingCorrection.objects.create(
        listing=listing, reason="看过", at=timezone.now()
    )
    return scene


def test_every_table_is_tried_here():
    assert {name: table for name, (_path, table) in TABLES.items()} == {
        name: moved.table for name, moved in OBJECTS.items()
    }


@pytest.mark.parametrize("name", OBJECTS)
def test_the_database_refuses_what_the_table_does_not_have(name, scene):
    table, model, changes = OBJECTS[name]
    row = model._default_manager.order_by("pk")[:1].get()
    rows = model._default_manager.filter(pk=row.pk)
    wrong = []
    for before, after in pairs(table):
        put_into(rows, before, **changes(scene, before))
        found = said_to(rows, after, changes(scene, after))
        if found and not found.startswith("state: "):
            wrong.append(f"{before} → {after}: another rule refuses it: {found}")
        if (found == "") != table.allows(before, after):
            wrong.append(f"{before} → {after}: {found or 'done'}")
    assert wrong == []


def pairs(table: StateTable) -> Iterator[tuple[str, str]]:
    """Every two different states."""
    for before in table.choices:
        for after in table.choices:
            if before != after:
                yield before, after


def said_to(rows: models.QuerySet[Any], after: str, changes: dict[str, Any]) -> str:
    """What the database says to a plain UPDATE of a row's state: "" if it takes it, which is undone again."""
    try:
        with transaction.atomic():
            rows.update(state=after, **changes)
            transaction.set_rollback(True)
    except IntegrityError as refused:
        about = refused.__cause__.diag  # type: ignore[union-attr]
        return f"{about.column_name}: {about.message_primary}"
    return ""


def test_the_refusal_names_row_and_states(scene):
    row = Target.objects.get(pk=scene.target.pk)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Target.objects.filter(pk=row.pk).update(state="verified", is_counted=True)
    said = f'cases_target {row.pk}: nothing leads from "noticed" to "verified"'
    assert said in str(refused.value)


def test_the_runtime_role_cannot_put_the_triggers_aside(scene):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'pgtrigger_state_moves%%' AND tgenabled = 'O'"
        )
        assert cursor.fetchone()[0] == len(OBJECTS)
    for statement in (
        "ALTER TABLE cases_target DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
    ):
        with (
            pytest.raises(Exception, match=r"must be owner|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_rows_are_moved_all_together_or_not_at_all(scene):
    mine = Target.objects.filter(pk=scene.target.pk)
    [reported] = add_targets(scene.world, 1)
    both = Target.objects.filter(pk__in=[scene.target.pk, reported.pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        TARGET_STATES.move_all(both, "claimed")
    assert mine.get().state == "noticed"
    assert TARGET_STATES.move_all(mine, "claimed") == 1


def test_an_upheld_objection_leads_from_every_state_of_a_target_to_restoring():
    ways = set(TARGET_STATES.before("restored"))
    assert ways == set(TARGET_STATES.choices) - {"restored"}


def test_every_answer_leads_from_where_an_answer_is_awaited():
    for claim, kind in ANSWERED_AS.items():
        assert set(AWAITS_ANSWER) <= set(ITEM_STATES.before(kind.item)), claim
        moved = set(TARGET_AWAITS_ANSWER) - {kind.target}
        assert moved <= set(TARGET_STATES.before(kind.target)), claim


def test_every_answer_that_a_liaison_may_give_says_all_that_is_asked_of_one():
    assert set(ANSWERED_AS) == set(Claim)


def test_what_a_list_calls_unfinished_is_what_the_table_does_not_call_finished():
    assert TARGET_STATES.listed_under("unfinished") == TARGET_STATES.unfinished()
    assert OBJECTION_STATES.listed_under("open") == OBJECTION_STATES.unfinished()


def test_what_always_counts_is_finished_and_what_never_does_is_asked_of_the_recount():
    assert TARGET_STATES.counted(Counted.ALWAYS) == ("verified",)
    assert TARGET_STATES.counted(Counted.NEVER) == ("reported", "restored")


def test_no_verb_writes_a_state_past_its_table():
    found = {
        f"{path.relative_to(PROJECT)}:{node.name}"
        for app in APPS
        for path in sorted((PROJECT / app).rglob("*.py"))
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and any(map(writes_state, ast.walk(node)))
    }
    assert found == TWO_STATES_AT_ONCE


def writes_state(node: ast.AST) -> bool:
    """Whether this sets an attribute `state`, or hands `state` to an `update`."""
    if isinstance(node, ast.Assign):
        targets = [part for target in node.targets for part in ast.walk(target)]
        return any(
            isinstance(part, ast.Attribute) and part.attr == "state" for part in targets
        )
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    names = {keyword.arg for keyword in node.keywords}
    return node.func.attr == "update" and "state" in names


def test_a_table_refuses_a_state_twice_a_missing_one_and_a_way_to_nowhere():
    states = list(OBJECTION_STATES.states.values())
    for wrong in (states[1:], [*states, states[0]]):
        with pytest.raises(ValueError, match="once"):
            StateTable(OBJECTION_STATES.choices, *wrong)


def test_a_move_that_the_table_lacks_is_a_fault_of_the_program(scene):
    target = Target.objects.get(pk=scene.target.pk)
    with pytest.raises(ValueError, match="noticed to verified"):
        TARGET_STATES.move(target, "verified")
    assert target.state == "noticed"
