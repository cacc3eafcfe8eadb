"""Units: the tree of sections, and its `path`, by which "below" is a prefix."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from corps.access.permissions import require
from corps.audit.recording import record
from corps.database.locking import locked
from corps.errors import TransitionRefused
from corps.models import Unit, User


@transaction.atomic
def create_unit(
    *, name: str, actor: User | None, at: datetime, parent: Unit | None = None
) -> Unit:
    """A new unit, below another one or on top. actor: None for a command.

    Raises PermissionDenied; ValidationError by field, such as for a name that exists.
    """
    _permit(actor)
    parent = locked(Unit.objects).get(pk=parent.pk) if parent else None
    unit = Unit(name=name, parent=parent)
    unit.full_clean()
    unit.save()
    unit.path = f"{_path(parent) if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    record(actor, "unit.created", unit, at=at, name=name, parent=parent and parent.pk)
    return unit


@transaction.atomic
def change_unit(
    *, unit: Unit, name: str, parent: Unit | None, actor: User | None, at: datetime
) -> Unit:
    """Rename a unit or put it, with all below it, under another one.

    Raises PermissionDenied; ValidationError by field; TransitionRefused "below-itself".
    """
    _permit(actor)
    tree = {row.pk: row for row in locked(Unit.objects).order_by("pk")}
    unit, parent = tree[unit.pk], tree[parent.pk] if parent else None
    old = _path(unit)
    if parent and _path(parent).startswith(old):
        raise TransitionRefused("below-itself", _("A unit cannot lie below itself."))
    before = {"name": unit.name, "parent": unit.parent_id}
    new = f"{_path(parent) if parent else '/'}{unit.pk}/"
    unit.name, unit.parent = name, parent
    unit.full_clean()
    unit.save(update_fields=["name", "parent"])
    if new != old:
        moved = [row for row in tree.values() if _path(row).startswith(old)]
        for row in moved:
            row.path = new + _path(row).removeprefix(old)
        Unit.objects.bulk_update(moved, ["path"])
    after = {"name": unit.name, "parent": unit.parent_id}
    if after != before:
        record(actor, "unit.changed", unit, at=at, before=before, after=after)
    return unit


def _path(unit: Unit) -> str:
    return unit.path or f"/{unit.pk}/"


def _permit(actor: User | None) -> None:
    if actor is not None:
        require(actor, "corps.manage_accounts")
