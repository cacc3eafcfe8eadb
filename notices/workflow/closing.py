"""What must be finished before a case may be closed."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.models import Case
from corps.errors import TransitionRefused
from notices.models import NoticeItem, Objection
from notices.states import NOT_ISSUED, UNDECIDED


def open_work(case: Case) -> None:
    """Raise TransitionRefused "notices-open" or "objections-open" while something of the case is on its way."""
    items = NoticeItem.objects.filter(notice__case=case).unfinished().count()
    drafts = case.notices.filter(state__in=NOT_ISSUED).count()
    if items or drafts:
        sentence = _(
            "Still open: items of notices %(items)d, drafts of notices %(drafts)d."
        )
        raise TransitionRefused(
            "notices-open",
            sentence % {"items": items, "drafts": drafts},
            items=items,
            drafts=drafts,
        )
    objections = Objection.objects.filter(case=case, state__in=UNDECIDED).count()
    if objections:
        undecided = ngettext(
            "%(count)d objection is not decided.",
            "%(count)d objections are not decided.",
            objections,
        )
        raise TransitionRefused(
            "objections-open", undecided % {"count": objections}, objections=objections
        )
