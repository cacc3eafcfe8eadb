"""The access table: who may do which verb.

Each app states its verbs once, in `AppConfig.ready()`, with `allow`; every verb asks `require`. What a person may
*see* is no matter of this table but of `visible_to` on the querysets.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Rule:
    """roles: which roles may. duties: any of these duties may too, whatever the role. grants: named permissions."""

    roles: frozenset[str] = frozenset()
    duties: frozenset[str] = frozenset()


TABLE: dict[str, Rule] = {}


def allow(verb: str, *, roles: Iterable[str] = (), duties: Iterable[str] = ()) -> None:
    """State who may do a verb, such as "cases.close_case". Stating a verb twice is a mistake and raises ValueError."""
    rule = Rule(frozenset(roles), frozenset(duties))
    if TABLE.setdefault(verb, rule) != rule:
        raise ValueError(f"{verb} is already in the access table")


def may(actor: Any, verb: str) -> bool:
    """Whether the person may do the verb at all. An unknown verb raises KeyError: a verb without a rule is a defect."""
    rule = TABLE[verb]
    if not actor.is_active:
        return False
    return actor.role in rule.roles or bool(rule.duties.intersection(actor.duties))


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
