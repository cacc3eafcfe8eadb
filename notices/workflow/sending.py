"""What is asked of a letter to a platform just before it is sent, and who is told where it does not leave."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.states import HANDLED_CASE, CaseState
from corps.deadlines.clock import now
from corps.models import Delivery, User
from corps.workflow import notify_many
from notices import letters, withdrawal_letters
from notices.models import Notice, NoticeItem, WithdrawalLetter
from notices.states import ISSUED_NOTICE
from notices.workflow.undelivered import tell_of
from stores.models import Liaison

# Why a letter does not leave. Kept with the delivery, in whatever language.
NOTICE_OVER = _("The notice was withdrawn; nothing is asked any more.")
CASE_OVER = _("Nothing is asked in its case any more.")
RECIPIENT_GONE = _(
    "The recipient is no liaison of the platform any more, or the account is closed."
)
SUSPENDED = _("The case is suspended; it is sent once the case is resumed.")


def stopped_by_neighbours(deliveries: Sequence[Delivery]) -> dict[int, str]:
    """Asked by the outbox: why letters of notices must not leave, by the delivery's id.

    Its notice must stand, its case be open for notices or suspended, and its recipient be somebody who can be reached
    at that platform. Two statements for them all.
    """
    letters_of, notices = _notices_of(deliveries)
    if not letters_of:
        return {}
    mailboxes = {delivery.message.recipient for delivery in letters_of}
    platforms = {platform for _state, _case, platform, _stands in notices.values()}
    reachable = set(
        Liaison.objects.reachable()
        .filter(platform__in=platforms, email__in=mailboxes)
        .values_list("platform_id", "email")
    )
    reasons: dict[int, str] = {}
    for delivery in letters_of:
        state, case_state, platform, stands = notices[delivery.message.subject_id]
        is_reachable = (platform, delivery.message.recipient) in reachable
        reason = _reason_against(state, case_state, stands, is_reachable)
        if reason is not None:
            reasons[delivery.pk] = str(reason)
    return reasons


def _reason_against(
    state: str, case_state: str, stands: bool, is_reachable: bool
) -> Any:
    """Why a letter must not leave, or None. state, case_state: of its notice and its case. stands: whether anything of
    the notice was not withdrawn. is_reachable: whether its recipient is."""
    if state not in ISSUED_NOTICE or not stands:
        return NOTICE_OVER
    if case_state not in (*HANDLED_CASE, CaseState.SUSPENDED):
        return CASE_OVER
    if not is_reachable:
        return RECIPIENT_GONE
    return None


def held_by_suspension(deliveries: Sequence[Delivery]) -> dict[int, str]:
    """Asked by the outbox: letters of suspended cases wait until these are resumed, by the delivery's id."""
    letters_of = _letters_among(deliveries)
    notices = {delivery.message.subject_id for delivery in letters_of}
    suspended = set(
        Notice.objects.filter(
            pk__in=notices, case__state=CaseState.SUSPENDED
        ).values_list("pk", flat=True)
    )
    return {
        delivery.pk: str(SUSPENDED)
        for delivery in letters_of
        if delivery.message.subject_id in suspended
    }


def _letters_among(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Those of deliveries that are letters of notices."""
    label = Notice._meta.label_lower
    return [
        d
        for d in deliveries
        if d.message.subject_type == label and d.message.purpose == letters.PURPOSE
    ]


def _notices_of(
    deliveries: Sequence[Delivery],
) -> tuple[list[Delivery], dict[int, tuple[str, str, int, bool]]]:
    """The letters of notices among deliveries, and of each notice its state, its case's, its platform, and whether
    anything of it was not withdrawn."""
    letters = _letters_among(deliveries)
    if not letters:
        return [], {}
    rows = Notice.objects.filter(
        pk__in={delivery.message.subject_id for delivery in letters}
    )
    stands = Exists(NoticeItem.objects.named().filter(notice=OuterRef("pk")))
    known = rows.values_list("pk", "state", "case__state", "platform_id", stands)
    return letters, {pk: tuple(facts) for pk, *facts in known}


def after_stop(delivery: Delivery, reason: str) -> None:
    """Called by the outbox for a delivery that a check has stopped: where only its recipient is gone, the letter goes
    to another liaison who can be reached; an officer is told either way."""
    notice = _notice_of(delivery)
    if notice is None:
        return
    if stopped_by_neighbours([delivery]).get(delivery.pk) == str(RECIPIENT_GONE):
        _pass_on(notice)
    sentence = format_lazy(
        _("The letter of notice {number} to {recipient} was not sent: {reason}"),
        number=notice.number,
        recipient=delivery.message.recipient,
        reason=reason,
    )
    _tell(notice, sentence)


def after_failure(delivery: Delivery) -> None:
    """Called by the outbox for a delivery that failed for good: the letter goes to the backup liaison, an officer is
    told either way."""
    notice = _notice_of(delivery)
    if notice is None:
        return
    if notice.case.state in HANDLED_CASE:
        _pass_on(notice)
    tell_of(delivery)


def after_failed_withdrawal(delivery: Delivery) -> None:
    """Called by the outbox for a delivery that failed for good: a letter of withdrawal goes, as it was written, to
    another liaison who can be reached, an officer is told either way."""
    message = delivery.message
    if (
        message.subject_type != Notice._meta.label_lower
        or message.purpose != withdrawal_letters.PURPOSE
    ):
        return
    letters_of = WithdrawalLetter.objects.select_related(
        "notice__case", "notice__platform", "notice__drafted_by"
    )
    letter = letters_of.get(notice=message.subject_id, nth=message.step)
    tried = withdrawal_letters.deliveries_of(letter).values_list(
        "message__recipient", flat=True
    )
    others = letter.notice.platform.liaisons.reachable().exclude(email__in=list(tried))
    successor = others.order_by("-duty", "pk").first()
    if successor is not None:
        withdrawal_letters.queue_again(letter, delivery, successor)
    tell_of(delivery)


def _notice_of(delivery: Delivery) -> Notice | None:
    if (
        delivery.message.subject_type != Notice._meta.label_lower
        or delivery.message.purpose != letters.PURPOSE
    ):
        return None
    notices = Notice.objects.select_related(
        "case", "platform", "recipient", "drafted_by"
    )
    return notices.get(pk=delivery.message.subject_id)


def _pass_on(notice: Notice) -> None:
    """Send a letter to the first liaison of its platform who can be reached and to whom it was never sent."""
    tried = set(
        letters.requests_of(notice).values_list("message__recipient", flat=True)
    )
    others = notice.platform.liaisons.reachable().exclude(email__in=tried)
    successor = others.order_by("-duty", "pk").first()
    if successor is not None and notice.items.named().exists():
        letters.queue(notice, letters.render(notice), at=now(), recipient=successor)


def _tell(notice: Notice, sentence: Any) -> None:
    """Tell who drafted the notice and the officers of its case, those of them whose account is open."""
    officers = User.objects.filter(
        assignments__case=notice.case_id, assignments__until__isnull=True
    )
    told = {user.pk: user for user in (notice.drafted_by, *officers) if user.is_active}
    notify_many(told.values(), sentence, notice.get_absolute_url())
