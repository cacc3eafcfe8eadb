"""The ways back from acts on notices and from pending checks, for the list of one's own acts of today."""

from collections.abc import Iterable
from math import ceil

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.extensions import Undoable, Way
from cases.states import Seen
from corps.access.permissions import may
from corps.deadlines.clock import now
from corps.models import AuditEntry, User
from notices.models import (
    Notice,
    NoticeItem,
    PendingApproval,
    PendingCheck,
    WithdrawalLetter,
)
from notices.states import NoticeState


def ways_of_notices(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    """For `cases.extensions.ways_back`: of what was submitted, withdrawn or judged. Three statements at most."""
    return {
        **_ways_of_submitted(entries, user),
        **_ways_of_letters(entries, user),
        **_ways_of_checks(entries, user),
    }


def _ways_of_submitted(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    """Where a notice that still waits for approval is taken back."""
    if not may(user, "notices.compose"):
        return {}
    waiting = Notice.objects.visible_to(user).filter(state=NoticeState.SUBMITTED)
    notices = waiting.in_bulk(_subjects(entries, "notice.submitted"))
    return {
        entry.pk: Way(_("Take back…"), notices[entry.subject_id].get_absolute_url())
        for entry in entries
        if entry.verb == "notice.submitted" and entry.subject_id in notices
    }


def _ways_of_letters(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    """Where a letter of withdrawal can be read: what it says has left, and is asked anew by another notice."""
    subjects = _subjects(entries, "notice.withdrawal_sent")
    letters = (
        WithdrawalLetter.objects.visible_to(user)
        .filter(notice__in=subjects)
        .select_related("notice")
    )
    letters_by_number = {}
    if subjects:
        letters_by_number = {
            (letter.notice_id, letter.document_number): letter for letter in letters
        }
    ways = {}
    for entry in entries:
        letter = letters_by_number.get(
            (entry.subject_id or 0, entry.detail.get("document_number", ""))
        )
        if letter is not None and entry.verb == "notice.withdrawal_sent":
            ways[entry.pk] = Way(_("See the letter"), letter.get_absolute_url())
    return ways


def _ways_of_checks(entries: list[AuditEntry], user: User) -> dict[int, Way]:
    """Where it is proposed to correct what counts because of a check; another person decides."""
    if not may(user, "notices.propose_correction"):
        return {}
    counted = NoticeItem.objects.visible_to(user).filter(target__is_counted=True)
    targets = counted.filter(pk__in=_subjects(entries, "item.checked")).values_list(
        "pk", "target"
    )
    of_items = dict(targets)
    return {
        entry.pk: Way(
            _("Correct…"),
            reverse("notices:correction_new", args=[of_items[entry.subject_id]]),
        )
        for entry in entries
        if entry.verb == "item.checked"
        and entry.subject_id in of_items
        and entry.detail.get("seen") == Seen.GONE
    }


def undoable_approvals(user: User) -> Iterable[Undoable]:
    """One's own approvals that have not taken effect yet."""
    mine = PendingApproval.objects.filter(by=user, due_at__gt=now()).select_related(
        "notice__platform"
    )
    for pending in mine.order_by("-pk"):
        values = {
            "number": pending.notice.number,
            "platform": pending.notice.platform.label,
        }
        text = _("Notice %(number)s to %(platform)s approved") % values
        url = reverse("notices:approval_undo", args=[pending.notice.number])
        yield Undoable(text, url, (), ceil((pending.due_at - now()).total_seconds()))


def undoable_pending_checks(user: User) -> Iterable[Undoable]:
    """One's own checks that do not count yet, those of one act together."""
    mine = PendingCheck.objects.filter(by=user, due_at__gt=now())
    for group in (
        mine.order_by()
        .values("at", "seen")
        .annotate(count=Count("pk"), due_at=Min("due_at"))
        .order_by("-at")
    ):
        items = mine.filter(at=group["at"], seen=group["seen"]).values_list(
            "item", flat=True
        )
        sentence = ngettext(
            "%(count)d item judged “%(seen)s”",
            "%(count)d items judged “%(seen)s”",
            group["count"],
        )
        text = sentence % {"count": group["count"], "seen": Seen(group["seen"]).label}
        fields = tuple(("ids", item) for item in items)
        yield Undoable(
            text,
            reverse("notices:undo"),
            fields,
            ceil((group["due_at"] - now()).total_seconds()),
        )


def _subjects(entries: list[AuditEntry], *verbs: str) -> set[int]:
    return {
        entry.subject_id
        for entry in entries
        if entry.verb in verbs and entry.subject_id is not None
    }
