"""References that the database keeps by statement: which triggers a column gets."""

import pgtrigger
import pytest

from corps.database.references import is_kept, refers


def test_a_reference_that_never_changes_is_refused_every_change():
    new, stays = refers("target", "cases_target")
    assert (new.name, new.operation) == ("target_is_there_when_new", pgtrigger.Insert)
    assert stays.name == "target_stays"
    assert "never changes" in stays.func


def test_a_reference_that_changes_seldom_is_looked_at_row_by_row():
    _new, changed = refers("target", "cases_target", changes="seldom")
    assert changed.name == "target_is_there_when_changed"
    assert changed.level == pgtrigger.Row
    assert "OLD.target IS DISTINCT FROM NEW.target" in str(changed.condition.sql)


def test_a_reference_that_changes_often_is_looked_at_by_statement():
    triggers = refers("target", "cases_target", changes="often")
    assert [trigger.level for trigger in triggers] == [pgtrigger.Statement] * 2
    assert [trigger.operation for trigger in triggers] == [
        pgtrigger.Insert,
        pgtrigger.Update,
    ]


@pytest.mark.parametrize("changes", ["seldom", "often"])
def test_only_rows_of_the_stated_kind_may_be_named_when_new_and_when_changed(changes):
    triggers = refers("row", "cases_row", changes=changes, among="is_final")
    assert all("AND is_final" in trigger.func for trigger in triggers)


def test_rows_are_kept_by_statement_unless_some_may_go():
    always, some = is_kept("row"), is_kept("row", unless="OLD.is_draft")
    assert (always.level, always.condition) == (pgtrigger.Statement, None)
    assert some.level == pgtrigger.Row
    assert "NOT (OLD.is_draft)" in str(some.condition.sql)
    assert some.func.endswith("RETURN OLD;")
