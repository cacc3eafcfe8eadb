"""Filled answer sheets: handed in, confirmed, and put away when they never were."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from corps.access.permissions import require
from corps.audit.recording import entry, record, record_many
from corps.database.locking import held, locked
from corps.deadlines.clock import now
from corps.errors import TransitionRefused
from corps.models import AuditEntry, StoredFile, User
from corps.workflow import Paper, put_away, stored
from notices.models import AnswerSheet, Notice
from notices.states import ISSUED_NOTICE
from notices.workflow.guards import answers_barred

AT_ONCE = 50


@transaction.atomic
def hand_in_sheet(
    *, notice: Notice, file: Paper, name: str, actor: User
) -> AnswerSheet:
    """Keep a filled sheet until its answers are confirmed. name: as the file was called.

    Raises PermissionDenied; TransitionRefused "notice-not-open", "case-not-open".
    """
    require(actor, "notices.answer", notice)
    held(Case, [notice.case_id])
    notice = locked(Notice.objects).select_related("case").get(pk=notice.pk)
    if notice.state not in ISSUED_NOTICE:
        raise TransitionRefused(
            "notice-not-open",
            _("This notice is not open for answers."),
            state=notice.state,
        )
    if barred := answers_barred(notice.case):
        raise TransitionRefused(*barred)
    sheet = AnswerSheet.objects.create(
        notice=notice, by=actor, file=stored(file), name=name
    )
    record(actor, "notice.sheet_handed_in", notice, at=now(), sheet=name)
    return sheet


@transaction.atomic
def confirm_sheet(*, sheet: AnswerSheet, actor: User) -> None:
    """Note that the answers of a sheet were confirmed: from now on it is kept. Confirmed twice, it is noted once.

    Raises PermissionDenied.
    """
    sheet = locked(AnswerSheet.objects).select_related("notice").get(pk=sheet.pk)
    require(actor, "notices.answer", sheet.notice)
    if sheet.confirmed_at is None:
        sheet.confirmed_at = now()
        sheet.save(update_fields=["confirmed_at"])
        record(
            actor,
            "notice.sheet_confirmed",
            sheet.notice,
            at=sheet.confirmed_at,
            sheet=sheet.name,
        )


@transaction.atomic
def put_away_sheets() -> int:
    """For maintenance: delete sheets that nobody confirmed within `ANSWER_SHEET_DAYS`, with their files unless another
    record names these; how many sheets went."""
    moment = now()
    open_ones = AnswerSheet.objects.filter(
        confirmed_at=None,
        handed_in_at__lt=moment - timedelta(days=settings.ANSWER_SHEET_DAYS),
    )
    lapsed = list(
        locked(open_ones.select_related("notice"), skip_locked=True).order_by(
            "handed_in_at", "pk"
        )[:AT_ONCE]
    )
    if not lapsed:
        return 0
    record_many(
        entry(
            None,
            "notice.sheet_put_away",
            sheet.notice,
            at=moment,
            sheet=sheet.name,
            user=sheet.by_id,
        )
        for sheet in lapsed
    )
    AnswerSheet.objects.filter(pk__in=[sheet.pk for sheet in lapsed]).delete()
    put_away({sheet.file_id for sheet in lapsed})
    return len(lapsed)


def proofs_among(files: list[StoredFile]) -> set[int]:
    """Which of some stored files prove that a notice was served: the audit alone names them, by their hash."""
    ids = {file.sha256: file.pk for file in files}
    entries = AuditEntry.objects.filter(
        verb="notice.served_otherwise", detail__document__in=list(ids)
    )
    return {
        ids[sha256] for sha256 in entries.values_list("detail__document", flat=True)
    }
