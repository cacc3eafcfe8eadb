"""Scenes in which each verb of stores may act, and ways to put one of its neighbours into any state, by the row."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from cases.models import Case, Target
from cases.states import CaseState, TargetState
from corps.models import Unit, User
from firms.models import Brand
from notices.models import Check, Notice, NoticeItem
from notices.states import ItemState, ObjectionState
from notices.workflow import ledger
from stores import workflow
from stores.models import Liaison, OfficialAccount, Platform, Store
from tests.neighbours import Neighbours
from tests.notices.world import World, add_targets, make_world, object_to
from tests.put_into import put_into

STORE = "70000001"


class Scene:
    """A platform with a primary liaison, a store on it, and the target that a case has of that store."""

    def __init__(self) -> None:
        self.world: World = make_world()
        for login, role in (("admin", "administrator"), ("fresh", "liaison")):
            User.objects.create(
                username=login,
                name=login,
                role=role,
                password="!",
                email=f"{login}@taobao.example",
            )
        self.store = Store.objects.create(
            platform=self.world.platform,
            canonical_id=STORE,
            site="taobao",
            url=f"https://shop{STORE}.taobao.com/",
        )
        [target] = add_targets(self.world, 1, kind="store")
        Target.objects.filter(pk=target.pk).update(store=self.store)
        self.target = target

    def user(self, login: str) -> User:
        return User.objects.get(username=login)

    @property
    def platform(self) -> Platform:
        return Platform.objects.get(pk=self.world.platform.pk)

    @property
    def liaison(self) -> Liaison:
        return Liaison.objects.get(platform=self.world.platform, name="方")

    @property
    def account(self) -> OfficialAccount:
        return OfficialAccount.objects.latest("pk")


# --- the verbs, each with the states that its scene starts from, and how it is called there -------------------------

Act = Callable[[Scene], Any]


def _appoint(scene: Scene) -> Any:
    return workflow.appoint_liaison(
        platform=scene.platform,
        name="新",
        email="new@taobao.example",
        phone="",
        duty="primary",
        user=scene.user("fresh"),
        actor=scene.user("admin"),
    )


def _change(scene: Scene) -> Any:
    return workflow.change_liaison(
        liaison=scene.liaison,
        name="方",
        email="moved@taobao.example",
        phone="",
        duty="primary",
        actor=scene.user("admin"),
    )


def _propose(scene: Scene, login: str = "officer") -> Any:
    return workflow.propose_official_account(
        firm=scene.world.firm,
        platform=scene.platform,
        site="taobao",
        canonical_id=STORE,
        url=scene.store.url,
        name="官方店",
        actor=scene.user(login),
    )


VERBS: dict[str, tuple[Mapping[str, str], Act]] = {
    "register_platform": (
        {},
        lambda s: workflow.register_platform(
            actor=s.user("admin"), slug="pdd", name="拼多多"
        ),
    ),
    "appoint_liaison": ({}, _appoint),
    "change_platform": (
        {},
        lambda s: workflow.change_platform(
            platform=s.platform, name="淘宝网", actor=s.user("admin")
        ),
    ),
    "retire_platform": (
        {},
        lambda s: workflow.retire_platform(platform=s.platform, actor=s.user("admin")),
    ),
    "resume_platform": (
        {"platform": "retired"},
        lambda s: workflow.resume_platform(platform=s.platform, actor=s.user("admin")),
    ),
    "give_account": (
        {"liaison": "without account"},
        lambda s: workflow.give_account(
            liaison=s.liaison,
            user=s.user("fresh"),
            duty="primary",
            actor=s.user("admin"),
        ),
    ),
    "change_liaison": ({}, _change),
    "dismiss_liaison": (
        {},
        lambda s: workflow.dismiss_liaison(liaison=s.liaison, actor=s.user("admin")),
    ),
    "propose_official_account": ({}, _propose),
    "confirm_official_account": (
        {"account": "proposed"},
        lambda s: workflow.confirm_official_account(
            account=s.account, actor=s.user("supervisor")
        ),
    ),
    "decline_official_account": (
        {"account": "proposed"},
        lambda s: workflow.decline_official_account(
            account=s.account, actor=s.user("supervisor"), reason="不是"
        ),
    ),
    "propose_revocation": (
        {"account": "registered"},
        lambda s: workflow.propose_revocation(
            account=s.account, actor=s.user("officer"), reason="误登"
        ),
    ),
    "revoke_official_account": (
        {"account": "strike proposed"},
        lambda s: workflow.revoke_official_account(
            account=s.account, actor=s.user("supervisor")
        ),
    ),
    "decline_revocation": (
        {"account": "strike proposed"},
        lambda s: workflow.decline_revocation(
            account=s.account, actor=s.user("supervisor"), reason="没误登"
        ),
    ),
}


# --- the neighbours, and how one is put into a state ----------------------------------------------------------------


def _account(scene: Scene, state: str) -> None:
    """Of the store, brought by the verbs themselves from wherever it is: each of them needs its approval."""
    if state == "none":
        return
    supervisor = scene.user("supervisor2")
    if not OfficialAccount.objects.exists():
        _propose(scene, "officer2")
    account = scene.account
    if state == "proposed" or (state == "declined" and not account.is_proposed):
        return
    if state == "declined":
        workflow.decline_official_account(
            account=account, actor=supervisor, reason="不是"
        )
        return
    if account.is_proposed:
        account = workflow.confirm_official_account(account=account, actor=supervisor)
    if state in ("strike proposed", "struck") and not account.revocation_reason:
        workflow.propose_revocation(
            account=account, actor=scene.user("officer2"), reason="误登"
        )
    if state == "struck":
        workflow.revoke_official_account(account=account, actor=supervisor)


def _proposer(scene: Scene, state: str) -> None:
    """Who asked for what a second person decides on."""
    if state == "account closed":
        User.objects.filter(username="officer2").update(is_active=False)
    elif state == "promoted":
        User.objects.filter(username="officer2").update(role="supervisor")


def _liaison(scene: Scene, state: str) -> None:
    """The primary liaison of the platform."""
    mine = Liaison.objects.filter(pk=scene.liaison.pk)
    if state == "dismissed":
        mine.update(is_active=False)
    elif state == "account closed":
        User.objects.filter(pk=scene.liaison.user_id).update(is_active=False)
    elif state == "without account":
        mine.update(user=None)
    elif state == "succeeded":
        mine.update(duty=Liaison.Duty.BACKUP)
        Liaison.objects.create(
            platform=scene.platform, name="新", email="new@p.example", duty="primary"
        )


def _new_account(scene: Scene, state: str) -> None:
    """The account that a new liaison is to have."""
    user = User.objects.filter(username="fresh")
    if state == "closed":
        user.update(is_active=False)
    elif state == "other role":
        user.update(role="auditor")
    elif state == "of another":
        Liaison.objects.create(
            platform=scene.world.other_platform,
            name="他",
            email="x@jd.example",
            duty="backup",
            user=user.get(),
        )


def _platform(scene: Scene, state: str) -> None:
    retired_on = {"retired": timezone.now().date()}.get(state)
    Platform.objects.filter(pk=scene.platform.pk).update(retired_on=retired_on)
    if state == "without liaisons":
        Liaison.objects.filter(platform=scene.platform, duty="backup").delete()


def _brand(scene: Scene, state: str) -> None:
    retired_on = timezone.now().date() if state == "retired" else None
    Brand.objects.create(firm=scene.world.firm, name="澄溪", retired_on=retired_on)


def _case(scene: Scene, state: str) -> None:
    at = timezone.now()
    put_into(
        Case.objects.filter(pk=scene.world.case.pk),
        state,
        filed_at=at,
        closed_at=at,
        suspended_at=at,
        suspended_from="filed",
    )


def _target(scene: Scene, state: str) -> None:
    """What counts was checked."""
    is_counted = state in (TargetState.VERIFIED, TargetState.RELISTED)
    if is_counted:
        _item(scene, ItemState.VERIFIED)
        item, at = NoticeItem.objects.get(), timezone.now()
        check = Check.objects.create(
            item=item, seen="gone", by=scene.world.officer2, at=at
        )
        ledger.count_verified([ledger.CheckedTarget(scene.target, item, check, at)])
    put_into(
        Target.objects.filter(pk=scene.target.pk),
        state,
        dropped_reason="不予处理",
        is_counted=is_counted,
    )


def _item(scene: Scene, state: str) -> None:
    """The item of a notice of the case that names the target."""
    at, is_issued = timezone.now(), state != ItemState.DRAFT
    notice = Notice.objects.create(
        number="N2020-000001",
        document_number="协查〔2020〕1号" if is_issued else "",
        case=scene.world.case,
        platform=scene.platform,
        recipient=scene.liaison,
        state="issued" if is_issued else "draft",
        drafted_by=scene.world.officer,
        drafted_at=at,
        issued_by=scene.world.supervisor if is_issued else None,
        issued_at=at if is_issued else None,
    )
    item = NoticeItem.objects.create(
        notice=notice, target=scene.target, position=1, ground=scene.world.ground
    )
    if is_issued:
        followed = state in (ItemState.CARRIED_OVER, ItemState.HANDED_OVER)
        put_into(
            NoticeItem.objects.filter(pk=item.pk),
            state,
            outcome="removed",
            answered_at=at,
            successor=item if followed else None,
        )


def _objection(scene: Scene, state: str) -> None:
    object_to(scene.world, scene.target, state)


def _actor(scene: Scene, state: str) -> None:
    """The accounts of those who act."""
    if state == "closed":
        User.objects.update(is_active=False)
    elif state == "elsewhere":
        User.objects.exclude(unit=None).update(unit=Unit.objects.get(name="二支队"))


def _values(choices: type[models.TextChoices]) -> list[str]:
    return [str(value) for value in choices.values]


NEIGHBOURS: Neighbours = {
    "account": (
        ["none", "proposed", "registered", "declined", "strike proposed", "struck"],
        _account,
    ),
    "proposer": (["in duty", "account closed", "promoted"], _proposer),
    "liaison": (
        ["in duty", "dismissed", "account closed", "without account", "succeeded"],
        _liaison,
    ),
    "new account": (["open", "closed", "other role", "of another"], _new_account),
    "platform": (["with backup", "without liaisons", "retired"], _platform),
    "brand": (["in use", "retired"], _brand),
    "case": (_values(CaseState), _case),
    "target": (_values(TargetState), _target),
    "item": (_values(ItemState), _item),
    "objection": (_values(ObjectionState), _objection),
    "actor": (["open", "closed", "elsewhere"], _actor),
}
# What became of the target before its store became an account: no letter names one.
NAMED_BEFORE = ("case", "target", "item", "objection")
