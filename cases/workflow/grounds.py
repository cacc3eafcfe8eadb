"""Legal grounds: taking one in, correcting one that nobody relied on yet, and ending one."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.models import LegalGround
from corps.access.past_events import accept_at
from corps.access.permissions import require
from corps.audit.field_changes import put
from corps.audit.recording import record
from corps.database.locking import locked_against_naming
from corps.database.references import named_among
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import User

# What can be corrected of a ground that was given: no letter holds it.
ALWAYS = ("name_en", "valid_to")


@transaction.atomic
def register_ground(
    *,
    actor: User,
    code: str,
    name: str,
    name_en: str,
    aspect: str,
    basis: str,
    valid_from: date,
    valid_to: date | None = None,
    is_sufficient: bool = True,
    at: datetime | None = None,
) -> LegalGround:
    """Take a legal ground into the list. basis: the articles, as letters cite them. aspect: of the memorandum.

    is_sufficient: whether a notice may stand on it alone. valid_from, valid_to: Shanghai dates, both in it.
    Raises PermissionDenied; ValidationError by field, such as for a code that exists.
    """
    at = accept_at(actor, at, now())
    require(actor, "cases.keep_grounds")
    ground = LegalGround(
        code=code, name=name, name_en=name_en, aspect=aspect, basis=basis
    )
    ground.is_sufficient, ground.valid_from, ground.valid_to = (
        is_sufficient,
        valid_from,
        valid_to,
    )
    ground.full_clean()
    ground.save()
    record(
        actor,
        "ground.registered",
        ground,
        at=at,
        code=code,
        name=name,
        basis=basis,
        valid_from=valid_from,
    )
    return ground


@transaction.atomic
def change_ground(
    *, ground: LegalGround, actor: User, at: datetime | None = None, **wanted: Any
) -> LegalGround:
    """Correct a legal ground, or set the last day on which it may be given. wanted: fields with their values.

    One that a case, a target or a notice names already keeps its wording, so that what was alleged by it and what was
    approved stays as it was: it is ended, and the new wording is a ground of its own.
    Raises PermissionDenied; ValidationError by field; TransitionRefused "ground-given".
    """
    at = accept_at(actor, at, now())
    ground = locked_against_naming(LegalGround.objects.all()).get(pk=ground.pk)
    require(actor, "cases.keep_grounds", ground)
    before, after = put(ground, wanted)
    if not after:
        return ground
    if after.keys() - set(ALWAYS) and is_given(ground):
        raise TransitionRefused(
            "ground-given",
            _(
                "This ground was given already: end it, and register the new wording as another one."
            ),
        )
    ground.full_clean()
    ground.save(update_fields=list(after))
    record(actor, "ground.changed", ground, at=at, before=before, after=after)
    return ground


def is_given(ground: LegalGround) -> bool:
    """Whether any case, target or notice names it."""
    return bool(named_among(LegalGround, [ground.pk]))
