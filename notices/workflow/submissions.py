"""What waits for approval: examined once more by whoever decides, and taken back where it is no longer what was put
forward."""

from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from corps.audit.recording import record
from corps.errors import TransitionRefused
from corps.models import User
from corps.workflow import settle_lines, void_approval
from notices import versions
from notices.models import Notice, PendingApproval
from notices.notifications import announce_notice
from notices.states import NOTICE_STATES, NoticeState
from stores.models import Liaison


def primary_of(platform: int) -> Liaison | None:
    """To whom notices to a platform are addressed: the primary liaison, if they can be reached."""
    return (
        Liaison.objects.reachable()
        .primary()
        .filter(platform=platform)
        .select_related("user")
        .first()
    )


def is_reachable(recipient: Liaison | None) -> bool:
    """Whether a letter to this liaison may leave now."""
    return (
        recipient is not None
        and Liaison.objects.reachable().filter(pk=recipient.pk).exists()
    )


def recipient_gone(notice: Notice) -> Any:
    """Why the recipient of a notice that waits can get it no longer, and who can mend it; empty while they can."""
    if is_reachable(notice.recipient):
        return ""
    successor = primary_of(notice.platform_id)
    if successor is None:
        sentence = _(
            "{name} cannot receive it any more, and {platform} has no other primary liaison. Ask an administrator to "
            "appoint one; then submit it anew."
        )
    else:
        sentence = _(
            "{name} cannot receive it any more. {successor} is the primary liaison of {platform} now: submit it anew, "
            "and it goes there."
        )
    return format_lazy(
        sentence,
        name=_name_of(notice.recipient),
        platform=notice.platform.name,
        successor=_name_of(successor),
    )


def _name_of(liaison: Liaison | None) -> str:
    if liaison is None:
        return ""
    return liaison.name


def changed_since(notice: Notice, parts: dict[str, str]) -> list[Any]:
    """What differs in a notice from what was put forward, in words. parts: of the letter as it stands now."""
    if versions.whole(parts) == notice.version:
        return []
    if not notice.put_forward:
        return [versions.PARTS["text"]]
    return versions.differences(notice.put_forward, parts)


def take_back(
    notice: Notice, *, actor: User | None, at: datetime, why: Any = ""
) -> None:
    """Make a draft again of a notice that was put forward; the caller holds its lock and has changed it, or found it
    changed. why: a sentence for those who put it forward, where it was not they who changed it."""
    if notice.state == NoticeState.DRAFT:
        return
    why_approval_ends: Any = _("It was changed.")
    if why:
        why_approval_ends = ""
        record(
            actor,
            "notice.voided",
            notice,
            at=at,
            thread=notice.case.thread,
            reason=str(why),
        )
        announce_notice("approval.voided", notice, actor=actor, why=why)
    void_pending(notice, actor, why=why_approval_ends)
    void_approval(subject=notice, actor=actor, at=at)
    settle_lines("notice.submitted", notice)
    NOTICE_STATES.move(notice, NoticeState.DRAFT)
    notice.version, notice.put_forward = "", {}
    notice.save(update_fields=["state", "version", "put_forward"])


def void_pending(notice: Notice, actor: User | None, *, why: Any) -> None:
    """Drop an approval that has not taken effect yet. why: told to whoever gave it; empty where they were told."""
    pending = PendingApproval.objects.filter(notice=notice)
    if why and pending.exists():
        announce_notice("approval.voided", notice, to="approver", actor=actor, why=why)
    pending.delete()


def changed_in_words(changed: list[Any]) -> Any:
    """The sentence for whoever put a notice forward that is no longer what it was then."""
    return format_lazy(
        _("It was changed after it was put forward: {changed}."),
        changed=versions.in_words(changed),
    )


def voided(changed: list[Any]) -> TransitionRefused:
    """The refusal of an approval of something that is not what was put forward."""
    sentence = _(
        "It was changed after it was put forward ({changed}) and is a draft again; its drafter was told."
    )
    message = format_lazy(sentence, changed=versions.in_words(changed))
    return TransitionRefused("version-changed", message, changed=changed)
