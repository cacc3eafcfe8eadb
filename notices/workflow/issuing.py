"""Issuing notices: a supervisor who did not draft one says yes or no; yes sends it in the same transaction."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.states import CASE_STATES, LEFT_CASE, NOTICEABLE, CaseState, case_before
from corps.access.past_events import accept_at
from corps.access.permissions import may, require
from corps.audit.recording import entry, origin, record, record_many
from corps.database.locking import held, locked
from corps.deadlines.clock import midnight, now, shanghai_date
from corps.errors import TransitionRefused, in_short
from corps.models import Approval, User
from corps.ui.formats import full_day
from corps.workflow import (
    Paper,
    cancel_unsent,
    decide_approval,
    document_number,
    open_approval,
    settle_lines,
    store_file,
    stored,
)
from notices import letters
from notices.models import Notice, NoticeItem, PendingApproval
from notices.notifications import announce_notice
from notices.states import (
    ISSUED_NOTICE,
    ITEM_STATES,
    KEEPS_NOTICE_OPEN,
    MAY_CARRY_OVER,
    NOTICE_STATES,
    RETRACTABLE,
    ItemState,
    NoticeState,
)
from notices.versions import parts_of
from notices.workflow import arrival
from notices.workflow.drafting import refuse_blocked
from notices.workflow.guards import (
    hold_recipient,
    lock_targets_of,
    require_open_for_notices,
)
from notices.workflow.submissions import (
    changed_in_words,
    changed_since,
    recipient_gone,
    take_back,
    voided,
)
from stores.models import Platform
from stores.official_account_lock import lock_official_accounts

PROOF = 300

CARRY_OVER = """
WITH fresh AS (
    SELECT id, target_id FROM notices_noticeitem WHERE notice_id = %(notice)s
), old AS (
    UPDATE notices_noticeitem item
    SET state = CASE WHEN item.state = ANY(%(handed_over)s) THEN 'handed_over' ELSE 'carried_over' END,
        successor_id = fresh.id
    FROM fresh
    WHERE item.target_id = fresh.target_id AND item.id <> fresh.id AND item.state = ANY(%(carried_over)s)
    RETURNING item.id, item.notice_id, item.state, fresh.id AS successor
), noted AS (
    INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
    SELECT %(at)s, %(actor)s, %(role)s, %(channel)s, %(address)s, 'item.' || old.state, 'notices.noticeitem', old.id,
           %(thread)s, jsonb_build_object('successor', old.successor, 'notice', %(number)s)
    FROM old
)
SELECT DISTINCT notice_id FROM old"""

OPEN_ITEMS = """
WITH opened AS (
    UPDATE notices_noticeitem item
    SET state = 'open', ground_id = coalesce(target.ground_id, %(ground)s)
    FROM cases_target target
    WHERE item.notice_id = %(notice)s AND item.state = ANY(%(drafts)s) AND target.id = item.target_id
    RETURNING item.id, item.target_id
), noticed AS (
    UPDATE cases_target target SET state = 'noticed', dropped_reason = '' FROM opened
    WHERE target.id = opened.target_id AND target.state = ANY(%(noticeable)s)
), noted AS (
    INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
    SELECT %(at)s, %(actor)s, %(role)s, %(channel)s, %(address)s, 'target.noticed', 'cases.target', opened.target_id,
           %(thread)s, jsonb_build_object('notice', %(number)s)
    FROM opened
)
SELECT count(*) FROM opened"""


def approve_notice(
    *, notice: Notice, actor: User, version: str, at: datetime | None = None
) -> Notice:
    """Approve exactly the version put forward and issue it: number, clock, letter, outbox, items and targets, at once.

    version: SHA-256 of the letter that the approver read (`notices.versions`). Where the letter, or who gets it, is no
    longer what was put forward, the submission is taken back, whoever put it forward is told, and this is refused.
    A follow-up carries over its targets' unfinished items, naming itself as their successor. Its period is
    fixed now; it begins when the letter arrives (`notices.workflow.arrival`).
    Raises PermissionDenied; TransitionRefused "not-submitted" with who decided when, "own-draft" for who drafted or
    submitted it, "being-approved", "version-missing", "case-not-open", "recipient-gone" and "version-changed" (taken
    back), "platform-retired", "blocked" (answered meanwhile, official, without ground; details: blocked), and those of
    `corps.workflow.decide_approval`.
    """
    with transaction.atomic():
        notice, at = lock_submitted(notice, actor, at)
        refused = examine(notice, actor, version, at)
        if refused is None:
            decide_approval(
                approval=_open_approval(notice),
                actor=actor,
                version=notice.version,
                approve=True,
                at=at,
            )
            _issue(notice, notice.case, actor, at)
    if refused is not None:
        raise refused
    return notice


def may_decide(user: User, notice: Notice) -> bool:
    """Whether a person may decide on a notice that waits: who drafted or submitted it does not."""
    return may(user, "notices.approve") and user.pk not in (
        notice.drafted_by_id,
        notice.submitted_by_id,
    )


def lock_for_issue(notice: Notice) -> Notice:
    """The notice with its case, platform, recipient and targets, locked in the order in which whoever issues needs
    them."""
    lock_official_accounts()  # before any row: whoever registers one holds it alone and then locks targets
    case = locked(Case.objects).select_related("ground", "campaign").get(notices=notice)
    waiting = Notice.objects.select_related("recipient").get(pk=notice.pk)
    held(Platform, [waiting.platform_id])
    hold_recipient(waiting.recipient)
    lock_targets_of(notice)
    notice = _locked(notice)
    notice.case = case
    return notice


def lock_submitted(
    notice: Notice, actor: User, at: datetime | None
) -> tuple[Notice, datetime]:
    """The notice as `lock_for_issue` locks it; it waits, and the actor may decide."""
    notice = lock_for_issue(notice)
    require(actor, "notices.approve", notice)
    at = accept_at(actor, at, now())
    _refuse_unless_submitted(notice)
    _refuse_own(notice, actor)
    _refuse_while_pending(notice)
    return notice, at


def examine(
    notice: Notice, actor: User, version: str, at: datetime
) -> TransitionRefused | None:
    """Whether what waits may leave as it was read. The caller holds the locks of `lock_submitted`.

    Returns the refusal where the submission was taken back, which must stand; raises the others.
    """
    if not version:
        raise TransitionRefused(
            "version-missing",
            _("An approval names the version that was read; open it again."),
        )
    require_open_for_notices(notice.case)
    if why := recipient_gone(notice):
        take_back(notice, actor=actor, at=at, why=why)
        return TransitionRefused("recipient-gone", why)
    if changed := changed_since(notice, parts_of(notice)):
        refused = voided(changed)
        take_back(notice, actor=actor, at=at, why=changed_in_words(changed))
        return refused
    refuse_blocked(notice)
    if version != notice.version:
        raise TransitionRefused(
            "version-changed",
            _("It was changed after you opened it; look at it again."),
        )
    return None


def _issue(notice: Notice, case: Case, actor: User, at: datetime) -> None:
    """Everything an approval sets going; the caller holds the locks and has asked the guards."""
    arrival.begin(notice, at)
    notice.document_number = document_number("协查", at)
    NOTICE_STATES.move(notice, NoticeState.ISSUED)
    notice.issued_by, notice.issued_at = actor, at
    _carry_over_and_open(notice, case, actor, at)
    letter = letters.render(notice)
    notice.letter_html = store_file(letter.html.encode(), "text/html; charset=utf-8")
    notice.letter_text = store_file(letter.text.encode(), "text/plain; charset=utf-8")
    notice.attachment = store_file(letter.sheet, letters.XLSX)
    notice.save()
    if case.state in case_before(CaseState.DISPOSING):
        CASE_STATES.move(case, CaseState.DISPOSING)
        case.disposing_at = case.disposing_at or at
        case.save(update_fields=["state", "disposing_at"])
        record(actor, "case.disposing", case, at=at, thread=case.thread)
    record(
        actor,
        "notice.issued",
        notice,
        at=at,
        thread=case.thread,
        number=notice.number,
        document_number=notice.document_number,
        due_on=notice.reply_due_on,
        period=notice.reply_period,
        version=notice.version,
    )
    letters.queue(notice, letter, at=at)
    settle_lines("notice.submitted", notice)
    announce_notice("notice.issued", notice, actor=actor)


def _carry_over_and_open(notice: Notice, case: Case, actor: User, at: datetime) -> None:
    handed_over = ITEM_STATES.before(ItemState.HANDED_OVER)
    parameters = origin(actor, at) | {
        "notice": notice.pk,
        "thread": case.thread,
        "number": notice.number,
        "ground": case.ground_id,
        "handed_over": list(handed_over),
        "carried_over": [*MAY_CARRY_OVER, *handed_over],
        "drafts": list(ITEM_STATES.before(ItemState.OPEN, without=RETRACTABLE)),
        "noticeable": list(NOTICEABLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(CARRY_OVER, parameters)
        left = [row[0] for row in cursor.fetchall()]
        cursor.execute(OPEN_ITEMS, parameters)
    complete_notices(left, actor=actor, at=at)


@transaction.atomic
def return_notice(
    *, notice: Notice, actor: User, reason: str, at: datetime | None = None
) -> Notice:
    """Send a submitted notice back to its drafter with a reason.

    Raises PermissionDenied; TransitionRefused "not-submitted", "reason-missing", and those of `decide_approval`.
    """
    notice = _locked(notice)
    require(actor, "notices.approve", notice)
    at = accept_at(actor, at, now())
    _refuse_unless_submitted(notice)
    _refuse_own(notice, actor)
    _refuse_while_pending(notice)
    approval = _open_approval(notice)
    decide_approval(
        approval=approval,
        actor=actor,
        version=approval.version,
        approve=False,
        reason=reason,
        at=at,
    )
    NOTICE_STATES.move(notice, NoticeState.RETURNED)
    notice.save(update_fields=["state"])
    settle_lines("notice.submitted", notice)
    record(
        actor,
        "notice.returned",
        notice,
        at=at,
        thread=notice.case.thread,
        reason=reason,
    )
    announce_notice("notice.returned", notice, actor=actor)
    return notice


@transaction.atomic
def serve_otherwise(
    *,
    notice: Notice,
    actor: User,
    proof: str,
    served_on: date | None = None,
    document: Paper | None = None,
    at: datetime | None = None,
) -> Notice:
    """Record that an issued notice was served in another way than by mail, with its proof; what is unsent is cancelled.

    It is a fact, and taken down whatever became of the case, unless that was given up or is another authority's.
    served_on: the Shanghai day on which it was, today unless given; of several recorded services the first counts.
    proof: 1 to 300 characters. document: one that is kept already, or an upload, which is kept only if the service is
    recorded.
    Raises PermissionDenied; TransitionRefused "not-issued", "case-not-open", "proof-missing", "proof-too-long",
    "served-ahead", "served-before-issue".
    """
    held(Case, [notice.case_id])
    notice = _locked(notice)
    require(actor, "notices.serve", notice)
    at = accept_at(actor, at, now())
    _require_servable(notice)
    proof = _given_proof(proof)
    served_at = _moment_of_service(notice, served_on, at)
    kept, digest = None, ""
    if document:
        kept = stored(document)
        digest = kept.sha256
    notice.served_otherwise, notice.served_at = (
        proof,
        min(notice.served_at or served_at, served_at),
    )
    notice.service_proof = kept or notice.service_proof
    notice.save(update_fields=["served_otherwise", "served_at", "service_proof"])
    arrival.settle([notice.pk], actor=actor)
    cancel_unsent(
        deliveries=letters.requests_of(notice),
        actor=actor,
        reason=str(_("Served in another way.")),
        at=at,
    )
    record(
        actor,
        "notice.served_otherwise",
        notice,
        at=at,
        thread=notice.case.thread,
        proof=notice.served_otherwise,
        served_on=str(shanghai_date(served_at)),
        document=digest,
    )
    return notice


def _require_servable(notice: Notice) -> None:
    """Raise TransitionRefused "not-issued" or "case-not-open" unless the notice can have been served."""
    if notice.state not in ISSUED_NOTICE:
        raise TransitionRefused(
            "not-issued", _("Only an issued notice can have been served.")
        )
    if notice.case.state in LEFT_CASE:
        sentence = _("The case is “%(state)s”; its letters are served no more.")
        raise TransitionRefused(
            "case-not-open", sentence % {"state": notice.case.get_state_display()}
        )


def _moment_of_service(
    notice: Notice, served_on: date | None, at: datetime
) -> datetime:
    """When a notice was served on a day: `at` itself on its own day, of another day the beginning.

    Raises TransitionRefused "served-ahead", "served-before-issue".
    """
    assert notice.issued_at is not None
    recorded_on, issued_on = shanghai_date(at), shanghai_date(notice.issued_at)
    if served_on is None or served_on == recorded_on:
        return at
    if served_on > recorded_on:
        raise TransitionRefused("served-ahead", _("This day has not come yet."))
    if served_on < issued_on:
        too_early = _("It was issued on %(day)s; it cannot have been served before.")
        raise TransitionRefused(
            "served-before-issue", too_early % {"day": full_day(issued_on)}
        )
    return max(midnight(served_on), notice.issued_at)


def _given_proof(proof: str) -> str:
    """A proof without the space around it. Raises TransitionRefused "proof-missing", "proof-too-long"."""
    proof = proof.strip()
    if not proof:
        raise TransitionRefused(
            "proof-missing", _("Say how, to whom and when it was served.")
        )
    if len(proof) > PROOF:
        too_long = _("The proof is longer than %(count)s characters.")
        raise TransitionRefused("proof-too-long", too_long % {"count": PROOF})
    return proof


def complete_notices(
    notices: Iterable[int], *, actor: User | None, at: datetime
) -> None:
    """Complete those of the issued notices in which no item is in one of `KEEPS_NOTICE_OPEN`, and open again those in
    which one has become so. Four statements at most.

    Targets and items are locked before notices, everywhere; and the items are looked at only once the notices are
    locked, so that two who finish the last two items do not each take the other's for open.
    """
    ids = sorted(set(notices))
    list(locked(Notice.objects.filter(pk__in=ids).order_by("pk")).values_list("pk"))
    busy = Exists(
        NoticeItem.objects.filter(notice=OuterRef("pk"), state__in=KEEPS_NOTICE_OPEN)
    )
    notices_now = list(
        Notice.objects.filter(pk__in=ids, state__in=ISSUED_NOTICE)
        .annotate(busy=busy)
        .select_related("case")
    )
    done = [n for n in notices_now if n.state == NoticeState.ISSUED and not n.busy]
    again = [n for n in notices_now if n.state == NoticeState.COMPLETED and n.busy]
    NOTICE_STATES.move_all(
        Notice.objects.filter(pk__in=[n.pk for n in done]),
        NoticeState.COMPLETED,
        completed_at=at,
    )
    NOTICE_STATES.move_all(
        Notice.objects.filter(pk__in=[n.pk for n in again]),
        NoticeState.ISSUED,
        completed_at=None,
    )
    record_many(
        entry(
            actor, verb, notice, at=at, thread=notice.case.thread, number=notice.number
        )
        for verb, moved in (("notice.completed", done), ("notice.opened_again", again))
        for notice in moved
    )


def _locked(notice: Notice) -> Notice:
    return (
        locked(Notice.objects)
        .select_related(
            "case__ground",
            "case__campaign",
            "platform",
            "recipient",
            "drafted_by",
            "submitted_by",
        )
        .get(pk=notice.pk)
    )


def _open_approval(notice: Notice) -> Approval:
    approval = open_approval(notice)
    if approval is None:
        raise TransitionRefused(
            "not-submitted", _("Nothing is waiting for approval here any more.")
        )
    return approval


def _refuse_while_pending(notice: Notice) -> None:
    pending = PendingApproval.objects.filter(notice=notice).select_related("by").first()
    if pending is not None:
        sentence = _("%(who)s has just approved it, at %(when)s.")
        values = {"who": pending.by, "when": in_short(pending.at)}
        raise TransitionRefused(
            "being-approved", sentence % values, by=str(pending.by), at=pending.at
        )


def _refuse_own(notice: Notice, actor: User) -> None:
    if actor.pk in (notice.drafted_by_id, notice.submitted_by_id):
        raise TransitionRefused(
            "own-draft",
            _("Nobody decides on what they drafted or put forward themselves."),
        )


def _refuse_unless_submitted(notice: Notice) -> None:
    if notice.state == NoticeState.SUBMITTED:
        return
    last: Approval | None = (
        Approval.objects.about(notice)
        .order_by("-pk")
        .select_related("decided_by")
        .first()
    )
    sentence: Any = _("This notice does not wait for approval.")
    if last is not None and last.decided_by is not None and last.decided_at is not None:
        sentence = _("%(who)s returned it at %(when)s.")
        if last.state == Approval.State.APPROVED:
            sentence = _("%(who)s approved it at %(when)s.")
        sentence = sentence % {
            "who": last.decided_by,
            "when": date_format(timezone.localtime(last.decided_at), "m-d H:i"),
        }
    by, at = "", None
    if last is not None:
        by, at = str(last.decided_by or ""), last.decided_at
    raise TransitionRefused("not-submitted", sentence, state=notice.state, by=by, at=at)
