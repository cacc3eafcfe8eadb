"""References that the database keeps with one look for each statement, instead of a foreign key's one for each row.

For the few that imports and bulk answers write by the ten thousand. Together they promise what a foreign key does:
`refers` refuses to name what is not there, and `is_kept` sees to it that nothing named goes away.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import pgtrigger
from django.db.models import Exists, Model, OuterRef, QuerySet

Row = TypeVar("Row", bound=Model)


def refers(
    column: str, parent: str, *, changes: str = "never", among: str = "true"
) -> list[pgtrigger.Trigger]:
    """Triggers for a model whose `column` names an id of the table `parent`, which must be kept, or is null.

    changes: how a row comes to name another: "never" (which the database then refuses too), "seldom" (looked at row by
    row), "often" (by statement). among: which rows of the parent may be named, in SQL. Raised is IntegrityError:
    foreign_key_violation, or restrict_violation for a change.
    """
    absent = f"""RAISE EXCEPTION '%.{column} names % that is not in {parent}', TG_TABLE_NAME, missing
    USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, COLUMN = '{column}';"""
    by_statement = f"""SELECT named.id::text INTO missing
FROM (SELECT DISTINCT {column} AS id FROM fresh WHERE {column} IS NOT NULL) named
WHERE NOT EXISTS (SELECT FROM {parent} WHERE {parent}.id = named.id AND {among}) LIMIT 1;
IF FOUND THEN
    {absent}
END IF;
RETURN NULL;"""

    def look(word: str, write: pgtrigger.Operation) -> pgtrigger.Trigger:
        return pgtrigger.Trigger(
            name=f"{column}_is_there_{word}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=write,
            referencing=pgtrigger.Referencing(new="fresh"),
            declare=[("missing", "text")],
            func=by_statement,
        )

    if changes == "often":
        return [
            look("when_new", pgtrigger.Insert),
            look("when_changed", pgtrigger.Update),
        ]
    on_change = pgtrigger.Trigger(
        name=f"{column}_{'stays' if changes == 'never' else 'is_there_when_changed'}",
        level=pgtrigger.Row,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(f"OLD.{column} IS DISTINCT FROM NEW.{column}"),
        declare=[("missing", f"text := NEW.{column}")],
        func=f"RAISE EXCEPTION '%.{column} never changes', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"
        if changes == "never"
        else f"""IF missing IS NOT NULL AND NOT EXISTS (SELECT FROM {parent} WHERE id = NEW.{column} AND {among}) THEN
    {absent}
END IF;
RETURN NULL;""",
    )
    return [look("when_new", pgtrigger.Insert), on_change]


def is_kept(name: str, *, unless: str = "") -> pgtrigger.Trigger:
    """A trigger for a model whose rows are never deleted, since `refers` names them. unless: a condition on OLD."""
    return pgtrigger.Trigger(
        name=f"{name}_is_kept",
        level=pgtrigger.Row if unless else pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete,
        condition=pgtrigger.Condition(f"NOT ({unless})") if unless else None,
        func="RAISE EXCEPTION 'rows of % are kept', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';"
        + ("RETURN OLD;" if unless else ""),
    )


def named_among(model: type[Model], ids: Iterable[int]) -> set[int]:
    """Which of these rows of a model any other row names, in whatever app: one statement for each foreign key."""
    wanted, found = list(ids), set()
    for related, name in _foreign_keys_to(model):
        rows = related._base_manager.filter(**{f"{name}__in": wanted})
        found |= set(rows.order_by().values_list(name, flat=True).distinct())
    return found


def unnamed(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows that no other row names, in whatever app."""
    for related, name in _foreign_keys_to(rows.model):
        rows = rows.filter(
            ~Exists(related._base_manager.filter(**{name: OuterRef("pk")}))
        )
    return rows


def _foreign_keys_to(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Each model that names this one, with the column by which it does."""
    for relation in model._meta.get_fields(include_hidden=True):
        if (
            relation.auto_created
            and not relation.concrete
            and not relation.many_to_many
        ):
            yield relation.related_model, relation.field.attname  # type: ignore[union-attr,misc]
