"""What a verb asks of its neighbours: whether the case is open for it, the recipient can be reached, and which targets
may enter a notice."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, LegalGround, Target
from cases.states import HANDLED_CASE, NOTICEABLE, UNFILED_CASE, CaseState
from cases.workflow import proposed_among
from corps.audit.last_acts import last_act
from corps.database.locking import held, locked
from corps.errors import TransitionRefused
from corps.models import User
from corps.results import Result
from notices.models import Notice, NoticeItem, Objection
from notices.states import UNDECIDED, ItemState
from stores.models import Liaison, Platform

NO_LIAISON = _(
    "The platform has no primary liaison who can be reached; ask an administrator to appoint one, or to open the "
    "account again."
)

BLOCKS = {
    "not-in-case": _("This target does not belong to the case."),
    "official": _("This is, or is in, an official account and must never be named."),
    "official-proposed": _(
        "Its store is proposed as an official account; nothing is asked until that is decided."
    ),
    "wrong-state": _("In this state nothing can be asked for."),
    "in-draft": _("It is in another draft already."),
    "claimed": _("The platform's answer has to be checked first."),
    "appealed": _("The merchant's appeal has to be decided first."),
    "objection-open": _("An objection to it has to be decided first."),
    "not-ours": _("The platform says it is not theirs; hand it over."),
    "no-ground": _("It has no legal ground; give it, or the case, one."),
    "platform-retired": _("Its platform was retired and takes no new notices."),
    "price-only": _(
        "A low price alone is no legal ground; choose another, or send it back to the firm."
    ),
}

# Of the targets that one reason blocks, so many are named.
TARGETS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Screened:
    """`free` may go, with its ground; `blocked` says for each of the others why not."""

    free: list[tuple[Target, LegalGround]]
    blocked: list[Result]


def require_open_for_notices(case: Case) -> None:
    """Raise TransitionRefused "case-not-filed" or "case-not-open", with who ended or stopped it when, unless something
    may be asked of a platform in this case. The caller holds the case."""
    if case.state in HANDLED_CASE:
        return
    if case.state in UNFILED_CASE:
        raise TransitionRefused(
            "case-not-filed",
            _("Notices need a filed case; have the head of department file it."),
        )
    sentence = _("Nothing can be asked of a platform in this case: it is “%(state)s”.")
    raise TransitionRefused(
        "case-not-open",
        sentence % {"state": case.get_state_display()},
        state=case.state,
        **last_act(case),
    )


def answers_barred(case: Case) -> tuple[str, Any] | None:
    """Code and sentence for why a platform's answers are not taken in this case, if so.

    What a platform did while a case is suspended is taken down; it is checked once the case is resumed. The sentence
    tells a platform nothing of the case itself.
    """
    if case.state in (*HANDLED_CASE, CaseState.SUSPENDED):
        return None
    sentences = {
        CaseState.TRANSFERRED: _(
            "The matter is with another authority now; no answer is taken here any more."
        ),
        CaseState.WITHDRAWN: _(
            "The request was withdrawn; no answer is needed any more."
        ),
    }
    return "case-not-open", sentences.get(
        CaseState(case.state), _("The matter is closed; nothing is asked any more.")
    )


def checks_barred(case: Case) -> tuple[str, Any] | None:
    """Code and sentence for why nothing is checked and counted in this case, if so."""
    if case.state in HANDLED_CASE:
        return None
    if case.state == CaseState.SUSPENDED:
        return "case-suspended", _(
            "Its case is suspended; it is checked once the case is resumed."
        )
    sentence = _("Its case is “%(state)s”; nothing is counted in it any more.")
    return "case-not-open", sentence % {"state": case.get_state_display()}


def hold_platforms_of(case: Case) -> None:
    """Keep the platforms of a case's targets as they are until the transaction ends; the caller holds the case."""
    held(
        Platform,
        Platform.objects.filter(pk__in=case.targets.values("platform")).values_list(
            "pk", flat=True
        ),
    )


def hold_recipient(recipient: Liaison | None) -> None:
    """Keep the recipient of a notice and their account as they are until the transaction ends; the caller holds the
    platform."""
    if recipient is None:
        return
    held(Liaison, [recipient.pk])
    if recipient.user_id is not None:
        held(User, [recipient.user_id])


def lock_targets_of(notice: Notice) -> None:
    """Lock the targets that a notice names, in the order of ids; the caller locks the notice afterwards."""
    list(
        locked(Target.objects.filter(items__notice=notice).order_by("pk")).values_list(
            "pk"
        )
    )


def screen(
    case: Case,
    targets: Iterable[Target],
    *,
    drafted_in: Any = None,
    handing_over: bool = False,
) -> Screened:
    """Sort targets into those that may enter a notice now and those that may not.

    targets: with `ground` selected. drafted_in: the notice whose own draft items do not count as a hindrance.
    handing_over: whether the targets go to another platform, which takes up what was answered "not ours".
    Five statements, whatever the number of targets, and two more for each official account that is proposed.
    """
    targets = list(targets)
    ids = [target.pk for target in targets]
    drafts = NoticeItem.objects.filter(target__in=ids, state=ItemState.DRAFT)
    if drafted_in is not None:
        drafts = drafts.exclude(notice=drafted_in)
    in_draft = set(drafts.values_list("target_id", flat=True))
    unfinished = dict(
        NoticeItem.objects.filter(target__in=ids)
        .unfinished()
        .values_list("target_id", "state")
    )
    undecided = _undecided_among(ids)
    retired = set(Platform.objects.retired().values_list("pk", flat=True))
    free, blocked = [], []
    for target in targets:
        ground = target.ground or case.ground
        code = _block(
            case,
            target,
            ground,
            unfinished.get(target.pk),
            target.pk in in_draft,
            handing_over,
        )
        code = code or undecided.get(target.pk, "")
        if not (code or handing_over) and target.platform_id in retired:
            code = "platform-retired"
        if code or ground is None:
            blocked.append(Result(target.pk, False, code, BLOCKS[code]))
        else:
            free.append((target, ground))
    return Screened(free, blocked)


def _undecided_among(targets: list[int]) -> dict[int, str]:
    """Those of the targets about which somebody has to decide first, with the code of what: an official account that is
    proposed, otherwise an objection."""
    objections = Objection.objects.filter(target__in=targets, state__in=UNDECIDED)
    codes = dict.fromkeys(
        objections.values_list("target_id", flat=True), "objection-open"
    )
    return codes | dict.fromkeys(proposed_among(targets), "official-proposed")


def by_reason(blocked: Iterable[Result]) -> list[dict[str, Any]]:
    """What blocks how many targets: code, words, count, and the first few of its targets. One statement at most."""
    refs_by_code: dict[str, list[Any]] = {}
    for result in blocked:
        refs_by_code.setdefault(result.code, []).append(result.ref)
    shown = [pk for targets in refs_by_code.values() for pk in targets[:TARGETS_SHOWN]]
    targets_of = {}
    if shown:
        targets_of = Target.objects.select_related("listing", "store").in_bulk(shown)
    return [
        {
            "code": code,
            "words": BLOCKS[code],
            "count": len(targets),
            "targets": [targets_of[pk] for pk in targets[:TARGETS_SHOWN]],
        }
        for code, targets in refs_by_code.items()
    ]


def in_words(blocked: Iterable[Result]) -> str:
    """The targets in the way, by their ids, and why: one sentence for each reason."""
    sentences = []
    for reason in by_reason(blocked):
        ids = ", ".join(target.thing.canonical_id for target in reason["targets"])
        if (more := reason["count"] - len(reason["targets"])) > 0:
            ids = gettext("%(ids)s and %(count)d more") % {"ids": ids, "count": more}
        sentences.append(
            gettext("%(ids)s: %(why)s") % {"ids": ids, "why": reason["words"]}
        )
    return " ".join(sentences)


def _block(
    case: Case,
    target: Target,
    ground: LegalGround | None,
    item_state: str | None,
    in_draft: bool,
    handing_over: bool,
) -> str:
    """The first reason why a target may not enter a notice, or an empty text."""
    if target.case_id != case.pk:
        return "not-in-case"
    if target.is_official:
        return "official"
    if item_state == ItemState.CLAIMED:
        return "claimed"
    if item_state == ItemState.APPEALED:
        return "appealed"
    if item_state == ItemState.NOT_OURS and not handing_over:
        return "not-ours"
    if target.state not in NOTICEABLE:
        return "wrong-state"
    if in_draft:
        return "in-draft"
    if ground is None:
        return "no-ground"
    if ground.is_sufficient:
        return ""
    return "price-only"
