"""The access table: who may do which verb.

Each app contributes its verbs to `access_rules`; every verb asks `require`. What a person may *see* is no matter of
this table but of `visible_to` on the querysets.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from corps.access.extensions import access_rules
from corps.models import User


def may(actor: Any, verb: str) -> bool:
    """Whether the person may do the verb at all. An unknown verb raises KeyError: a verb without a rule is a defect."""
    rule = access_rules[verb]
    if not actor.is_active:
        return False
    return actor.role in rule.roles or any(duty in rule.duties for duty in actor.duties)


def who_may(verb: str, among: QuerySet[User] | None = None) -> QuerySet[User]:
    """The accounts, open or closed, whose role or duty includes the verb. among: only of these."""
    rule = access_rules[verb]
    if among is None:
        among = User.objects.all()
    included = Q(role__in=rule.roles)
    if rule.duties:
        included |= Q(duties__overlap=list(rule.duties))
    return among.filter(included)


def require(actor: Any, verb: str, subject: Any = None) -> None:
    """Raise PermissionDenied unless the person may do the verb and, where a subject is given, may see it."""
    if not may(actor, verb):
        raise PermissionDenied(_("Your role does not include this."))
    if (
        subject is not None
        and not type(subject)
        ._default_manager.visible_to(actor)
        .filter(pk=subject.pk)
        .exists()
    ):
        raise PermissionDenied(_("This is not among what you may see."))
