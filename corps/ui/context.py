"""What the frame of every page needs. All of it is lazy: a fragment, which has no frame, costs nothing."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from corps.access.decorators import DRAFTS_DONE, way_back
from corps.installation.organisation import shown_name
from corps.models import Installation, User
from corps.ui import navigation
from corps.ui.formats import thousands

STAFF = (
    "officer",
    "officer2",
    "supervisor",
    "supervisor2",
    "reviewer",
    "chief",
    "officer3",
    "admin",
    "auditor",
)


def demonstration() -> dict[str, Any] | None:
    """In demonstration mode the accounts for the sign-in page: login and what to call the person; otherwise None."""
    if not Installation.objects.demonstrations().exists():
        return None
    people = User.objects.filter(
        Q(username__in=STAFF)
        | Q(username__startswith="liaison-")
        | Q(username__startswith="firm-"),
        is_active=True,
    )
    ranked = sorted(
        people,
        key=lambda user: (
            STAFF.index(user.username) if user.username in STAFF else 99,
            user.username,
        ),
    )
    return {
        "accounts": [(user.username, duty_or_role(user), user.name) for user in ranked]
    }


def duty_or_role(user: User) -> str:
    """`办案机构负责人` for whoever has that duty, otherwise the role."""
    duties = [
        User.Duty(duty).label for duty in user.duties if duty != User.Duty.PAST_EVENTS
    ]
    return str(duties[-1] if duties else user.get_role_display())


def sections_html(sections: Iterable[tuple[Any, list[navigation.Line]]]) -> SafeString:
    """The sections of the frame, which stand on every page, by the engine that loops quickest."""
    context = {
        "sections": sections,
        "number": thousands,
        "to_do": _("to be dealt with:"),
    }
    return mark_safe(
        render_to_string("corps/sections.html", context, using="jinja2")
    )  # escaped by the engine


def frame(request: HttpRequest) -> dict[str, Any]:
    """Organisation, sidebar, bell, person and the other language. `demonstration`: None outside demonstration mode."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    # Before what is owed is done, every line of the frame would lead back here.
    factor_owed = getattr(request, "second_factor_owed", False)
    password_owed = getattr(request, "password_owed", False)
    owed = factor_owed or password_owed
    framed = signed_in and not owed
    sections: Any = ()
    if framed:
        sections = SimpleLazyObject(lambda: list(navigation.lines_for(request)))
    other = next(
        ((code, name) for code, name in settings.LANGUAGES if code != get_language()),
        None,
    )
    return {
        "organisation": SimpleLazyObject(shown_name),
        "version": settings.VERSION,
        "other_language": other,
        "way_back": SimpleLazyObject(lambda: way_back(request)),
        "drafts_done": SimpleLazyObject(lambda: request.session.pop(DRAFTS_DONE, ()))
        if signed_in
        else (),
        "sidebar": sections,
        "sections_html": SimpleLazyObject(lambda: sections_html(sections)),
        "bell": SimpleLazyObject(lambda: navigation.bell_for(user)) if framed else (),
        "place": SimpleLazyObject(lambda: navigation.place_of(user))
        if signed_in
        else "",
        "second_factor_owed": factor_owed,
        "password_owed": password_owed,
        "search_url": navigation.address_of("search") if framed else "",
        "demonstration": SimpleLazyObject(demonstration),
    }
