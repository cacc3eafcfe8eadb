"""Scenes in which each verb of notices may act, and ways to put one of its neighbours into any state, by the row."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db import models
from django.utils import timezone

from cases.models import Case, Complaint, Target
from cases.states import TARGET_STATES, CaseState, ComplaintState, TargetState
from corps.mail import outbox
from corps.mail.extensions import holding_checks, sending_checks
from corps.models import Delivery, Notification, StoredFile, User
from corps.models.messages import DeliveryState
from corps.results import Result
from corps.states import Counted
from notices import workflow
from notices.models import (
    AnswerSheet,
    Check,
    Notice,
    NoticeItem,
    Objection,
    PendingApproval,
    PendingCheck,
)
from notices.states import ItemState, NoticeState, ObjectionState
from notices.workflow import ledger
from stores.models import Liaison, Platform
from tests.neighbours import Neighbours
from tests.notices.world import World, add_targets, answer, issue, make_world, object_to
from tests.put_into import put_into


@dataclass
class Scene:
    """A case with one target, its complaint, the notice and the item that name it; more where a verb needs it."""

    world: World
    target: Target
    complaint: Complaint
    notice: Notice | None = None
    objection: Objection | None = None
    sheet: AnswerSheet | None = None

    @property
    def item(self) -> NoticeItem:
        assert self.notice is not None
        return self.notice.items.get()


def reported() -> Scene:
    world = make_world()
    [target] = add_targets(world, 1)
    complaint = Complaint.objects.create(
        number="T2026-000001",
        firm=world.firm,
        case=world.case,
        subject="投诉",
        state=ComplaintState.IN_CASE,
        received_on=timezone.now().date(),
        submitted_by=world.officer,
        submitted_at=timezone.now(),
    )
    Target.objects.filter(pk=target.pk).update(complaint=complaint)
    return Scene(world, target, complaint)


def drafted() -> Scene:
    scene = reported()
    [notice] = workflow.compose_notices(
        case=scene.world.case, actor=scene.world.officer
    ).notices
    return replace(scene, notice=notice)


def submitted() -> Scene:
    scene = drafted()
    assert scene.notice is not None
    notice = workflow.submit_notice(notice=scene.notice, actor=scene.world.officer)
    return replace(scene, notice=notice)


def approved() -> Scene:
    """Under an approval that takes effect in ten seconds."""
    scene = submitted()
    assert scene.notice is not None
    workflow.propose_approval(
        notice=scene.notice, actor=scene.world.supervisor, version=scene.notice.version
    )
    PendingApproval.objects.update(due_at=timezone.now())
    return scene


def issued() -> Scene:
    scene = reported()
    [notice] = issue(scene.world)
    return replace(scene, notice=notice)


def answered(outcome: str = "removed") -> Scene:
    scene = issued()
    assert scene.notice is not None
    answer(scene.world, scene.notice, outcome)
    return scene


def not_ours() -> Scene:
    return answered("not_ours")


def judged() -> Scene:
    """Under a check that counts in ten seconds."""
    scene = answered()
    workflow.propose_checks(
        items=[scene.item.pk], seen="gone", actor=scene.world.officer2
    )
    PendingCheck.objects.update(due_at=timezone.now())
    return scene


def verified() -> Scene:
    scene = answered()
    workflow.verify_items(
        items=[scene.item.pk], seen="gone", actor=scene.world.officer2
    )
    return scene


def corrected() -> Scene:
    """Somebody asks for what counts to be taken back."""
    scene = verified()
    workflow.propose_correction(
        target=scene.target, actor=scene.world.officer, reason="看错了"
    )
    return scene


def objected() -> Scene:
    scene = issued()
    objection = workflow.lodge_objection(
        target=scene.target, actor=scene.world.officer, reason="误伤"
    )
    return replace(scene, objection=objection)


def taken_up() -> Scene:
    scene = objected()
    assert scene.objection is not None
    objection = workflow.accept_objection(
        objection=scene.objection, actor=scene.world.officer
    )
    return replace(scene, objection=objection)


def handed_in() -> Scene:
    scene = issued()
    assert scene.notice is not None
    sheet = workflow.hand_in_sheet(
        notice=scene.notice, file=paper(), name="答复.xlsx", actor=scene.world.liaison
    )
    return replace(scene, sheet=sheet)


def paper() -> StoredFile:
    sha256 = f"{StoredFile.objects.count():064}"
    return StoredFile.objects.create(sha256=sha256, size=1, content_type="text/plain")


# --- the verbs, each with its scene, and how it is called there -----------------------------------------------------

Act = Callable[[Scene], Any]


def _reply(scene: Scene) -> list[workflow.Reply]:
    return [workflow.Reply(1, "removed", item=scene.item.pk)]


def _once(scene: Scene) -> Any:
    said: list[Result] = []

    def work() -> list[dict[str, Any]]:
        said.extend(
            workflow.answer_items(
                notice=scene.notice, replies=_reply(scene), actor=scene.world.liaison
            )
        )
        return []

    workflow.reply_once(
        notice=scene.notice, actor=scene.world.liaison, key="k", body=[], answer=work
    )
    return said


def _settle(scene: Scene) -> Any:
    """Whether a check that was due was written."""
    before = scene.item.checks.count()
    workflow.settle_pending_checks()
    return "done" if scene.item.checks.count() > before else "dropped"


def _settle_approvals(scene: Scene) -> Any:
    """Whether an approval that was due took effect; otherwise its approver is told."""
    if workflow.settle_approvals():
        return "done"
    assert Notification.objects.filter(user=scene.world.supervisor).exists()
    return "dropped"


def _send(scene: Scene) -> str:
    """What becomes of the letter of a notice when a worker has just claimed it."""
    letter = Delivery.objects.select_related("message").get()
    if not Delivery.objects.due(timezone.now()).exists():
        return "not-due"
    if outbox._asked(sending_checks, [letter]):
        return "cancelled"
    return "held" if outbox._asked(holding_checks, [letter]) else "done"


VERBS: dict[str, tuple[Callable[[], Scene], Act]] = {
    "accept_objection": (
        objected,
        lambda s: workflow.accept_objection(
            objection=s.objection, actor=s.world.officer
        ),
    ),
    "accept_objections": (
        objected,
        lambda s: workflow.accept_objections(
            objections=[s.objection.pk], actor=s.world.officer
        ),
    ),
    "answer_items": (
        issued,
        lambda s: workflow.answer_items(
            notice=s.notice, replies=_reply(s), actor=s.world.liaison
        ),
    ),
    "approve_notice": (
        submitted,
        lambda s: workflow.approve_notice(
            notice=s.notice, actor=s.world.supervisor, version=s.notice.version
        ),
    ),
    "change_answers": (
        answered,
        lambda s: workflow.change_answers(
            notice=s.notice,
            replies=[workflow.Reply(1, "refused", item=s.item.pk, remark="不同")],
            replaced=[s.item.pk],
            actor=s.world.liaison,
        ),
    ),
    "change_request": (
        drafted,
        lambda s: workflow.change_request(
            notice=s.notice,
            actor=s.world.officer,
            ask_preserve=False,
            ask_operator=False,
        ),
    ),
    "check_items": (
        answered,
        lambda s: workflow.check_items(
            checks=[workflow.ItemCheck(s.item.pk, "gone", timezone.now())],
            actor=s.world.officer2,
        ),
    ),
    "compose_notices": (
        issued,
        lambda s: workflow.compose_notices(
            case=s.world.case, actor=s.world.officer, targets=[s.target.pk]
        ),
    ),
    "confirm_sheet": (
        handed_in,
        lambda s: workflow.confirm_sheet(sheet=s.sheet, actor=s.world.liaison),
    ),
    "correct_outcome": (
        corrected,
        lambda s: workflow.correct_outcome(
            target=s.target, actor=s.world.supervisor, reason="看错了"
        ),
    ),
    "decide_objection": (
        taken_up,
        lambda s: workflow.decide_objection(
            objection=s.objection, actor=s.world.supervisor, upheld=True, reason="属实"
        ),
    ),
    "decide_objections": (
        taken_up,
        lambda s: workflow.decide_objections(
            objections=[s.objection.pk],
            actor=s.world.supervisor,
            upheld=True,
            reason="属实",
        ),
    ),
    "decline_correction": (
        corrected,
        lambda s: workflow.decline_correction(
            target=s.target, actor=s.world.supervisor, reason="没看错"
        ),
    ),
    "find_arrivals": (issued, lambda s: workflow.find_arrivals()),
    "hand_in_sheet": (
        issued,
        lambda s: workflow.hand_in_sheet(
            notice=s.notice, file=paper(), name="答复.xlsx", actor=s.world.liaison
        ),
    ),
    "hand_over": (
        not_ours,
        lambda s: workflow.hand_over(
            items=[s.item.pk], platform=s.world.other_platform, actor=s.world.officer
        ),
    ),
    "lodge_objection": (
        issued,
        lambda s: workflow.lodge_objection(
            target=s.target, actor=s.world.officer, reason="误伤"
        ),
    ),
    "check_again": (
        verified,
        lambda s: workflow.check_again(
            targets=[s.target.pk], seen="live", actor=s.world.officer2
        ),
    ),
    "open_notice": (
        issued,
        lambda s: workflow.open_notice(notice=s.notice, actor=s.world.liaison),
    ),
    "propose_approval": (
        submitted,
        lambda s: workflow.propose_approval(
            notice=s.notice, actor=s.world.supervisor, version=s.notice.version
        ),
    ),
    "propose_correction": (
        verified,
        lambda s: workflow.propose_correction(
            target=s.target, actor=s.world.officer, reason="看错了"
        ),
    ),
    "propose_checks": (
        answered,
        lambda s: workflow.propose_checks(
            items=[s.item.pk], seen="gone", actor=s.world.officer2
        ),
    ),
    "put_away_sheets": (handed_in, lambda s: workflow.put_away_sheets()),
    "recall_notice": (
        submitted,
        lambda s: workflow.recall_notice(notice=s.notice, actor=s.world.officer),
    ),
    "remove_items": (
        drafted,
        lambda s: workflow.remove_items(
            notice=s.notice, items=[s.item.pk], actor=s.world.officer
        ),
    ),
    "reply_once": (issued, _once),
    "retract_answers": (
        answered,
        lambda s: workflow.retract_answers(
            notice=s.notice, items=[s.item.pk], actor=s.world.liaison
        ),
    ),
    "return_notice": (
        submitted,
        lambda s: workflow.return_notice(
            notice=s.notice, actor=s.world.supervisor, reason="改"
        ),
    ),
    "send": (issued, _send),
    "serve_otherwise": (
        issued,
        lambda s: workflow.serve_otherwise(
            notice=s.notice, actor=s.world.officer, proof="专人送达"
        ),
    ),
    "settle_approvals": (approved, _settle_approvals),
    "settle_pending_checks": (judged, _settle),
    "submit_notice": (
        drafted,
        lambda s: workflow.submit_notice(notice=s.notice, actor=s.world.officer),
    ),
    "submit_notices": (
        drafted,
        lambda s: workflow.submit_notices(notices=[s.notice.pk], actor=s.world.officer),
    ),
    "undo_approval": (
        approved,
        lambda s: (
            "done"
            if workflow.undo_approval(notice=s.notice, actor=s.world.supervisor)
            else "too-late"
        ),
    ),
    "undo_pending_checks": (
        judged,
        lambda s: workflow.undo_pending_checks(
            items=[s.item.pk], actor=s.world.officer2
        ),
    ),
    "verify_items": (
        answered,
        lambda s: workflow.verify_items(
            items=[s.item.pk], seen="gone", actor=s.world.officer2
        ),
    ),
    "withdraw_draft": (
        drafted,
        lambda s: workflow.withdraw_draft(notice=s.notice, actor=s.world.officer),
    ),
    "withdraw_items": (
        issued,
        lambda s: workflow.withdraw_items(
            items=[s.item.pk], actor=s.world.officer, reason="误发"
        ),
    ),
    "withdraw_notice": (
        issued,
        lambda s: workflow.withdraw_notice(
            notice=s.notice, actor=s.world.officer, reason="误发"
        ),
    ),
}


# --- the neighbours, and how one is put into a state ----------------------------------------------------------------


def _case(scene: Scene, state: str) -> None:
    now = timezone.now()
    known = {"closed_at": now, "suspended_at": now, "suspended_from": "filed"}
    put_into(Case.objects.filter(pk=scene.world.case.pk), state, **known)
    scene.world.case.refresh_from_db()
    for notice in (scene.notice,) if scene.notice else ():
        notice.refresh_from_db()


def _notice(scene: Scene, state: str) -> None:
    if scene.notice is None:
        return
    known: dict[str, Any] = {}
    if scene.notice.issued_at is None and state in (
        NoticeState.ISSUED,
        NoticeState.COMPLETED,
    ):
        known = {
            "issued_at": timezone.now(),
            "issued_by": scene.world.supervisor2,
            "document_number": "协查〔2026〕9号",
        }
    put_into(Notice.objects.filter(pk=scene.notice.pk), state, **known)
    scene.notice.refresh_from_db()


def _item(scene: Scene, state: str) -> None:
    if scene.notice is None:
        return
    item = scene.item
    followed = state in (ItemState.CARRIED_OVER, ItemState.HANDED_OVER)
    put_into(
        NoticeItem.objects.filter(pk=item.pk),
        state,
        outcome="removed",
        answered_at=timezone.now(),
        successor=item if followed else None,
    )


def _target(scene: Scene, state: str) -> None:
    target = scene.target
    target.refresh_from_db()
    is_named = scene.notice is not None and scene.item.state != ItemState.DRAFT
    if state == TargetState.VERIFIED and not target.is_counted and is_named:
        check = Check.objects.create(
            item=scene.item, seen="gone", by=scene.world.officer2, at=timezone.now()
        )
        ledger.count_verified(
            [ledger.CheckedTarget(target, scene.item, check, timezone.now())]
        )
    never = state in TARGET_STATES.counted(Counted.NEVER)
    is_counted = state == TargetState.VERIFIED or (target.is_counted and not never)
    put_into(
        Target.objects.filter(pk=target.pk),
        state,
        dropped_reason="不予处理",
        is_counted=is_counted,
    )
    target.refresh_from_db()


def _official(scene: Scene, state: str) -> None:
    Target.objects.filter(pk=scene.target.pk).update(is_official=state == "official")


def _complaint(scene: Scene, state: str) -> None:
    put_into(Complaint.objects.filter(pk=scene.complaint.pk), state)


def _objection(scene: Scene, state: str) -> None:
    if scene.objection is not None:
        put_into(Objection.objects.filter(pk=scene.objection.pk), state)
        scene.objection.refresh_from_db()
        return
    object_to(scene.world, scene.target, state)


def _liaison(scene: Scene, state: str) -> None:
    """The primary liaison of the platform that the notice goes to, or of the one that items are handed over to."""
    for liaison in Liaison.objects.filter(duty=Liaison.Duty.PRIMARY):
        mine = Liaison.objects.filter(pk=liaison.pk)
        if state == "dismissed":
            mine.update(is_active=False)
        elif state == "account closed":
            User.objects.filter(pk=liaison.user_id).update(is_active=False)
        elif state == "without account":
            mine.update(user=None)
        elif state == "succeeded":
            mine.update(duty=Liaison.Duty.BACKUP)
            Liaison.objects.create(
                platform=liaison.platform,
                name="新",
                email="new@p.example",
                duty="primary",
            )
        elif state == "mailbox changed":
            mine.update(email="moved@p.example")


def _platform(scene: Scene, state: str) -> None:
    """The platform that the notice goes to, and the one that items are handed over to."""
    if state == "retired":
        Platform.objects.update(retired_on=timezone.now().date())


def _actor(scene: Scene, state: str) -> None:
    """The accounts of those who act."""
    if state == "closed":
        User.objects.update(is_active=False)


def _delivery(scene: Scene, state: str) -> None:
    put_into(Delivery.objects, state, worker="w", finished_at=timezone.now())


def _values(choices: type[models.TextChoices]) -> list[str]:
    return [str(value) for value in choices.values]


NEIGHBOURS: Neighbours = {
    "case": (_values(CaseState), _case),
    "notice": (_values(NoticeState), _notice),
    "item": (_values(ItemState), _item),
    "target": (_values(TargetState), _target),
    "protection": (["free", "official"], _official),
    "complaint": (_values(ComplaintState), _complaint),
    "objection": (_values(ObjectionState), _objection),
    "delivery": (_values(DeliveryState), _delivery),
    "liaison": (
        [
            "in duty",
            "dismissed",
            "account closed",
            "without account",
            "succeeded",
            "mailbox changed",
        ],
        _liaison,
    ),
    "platform": (["taking part", "retired"], _platform),
    "actor": (["open", "closed"], _actor),
}


def refreshed(scene: Scene) -> Scene:
    """The scene with everybody as a request would load them now."""
    people = User.objects.in_bulk()
    for name, value in vars(scene.world).items():
        if isinstance(value, User):
            setattr(scene.world, name, people[value.pk])
    return scene
