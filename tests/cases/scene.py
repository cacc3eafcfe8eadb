"""A scene in which each verb of cases may act, and ways to put one of its neighbours into any state, by the row."""

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from cases import workflow
from cases.models import (
    BulkAct,
    Campaign,
    Case,
    CaseOfficer,
    Complaint,
    ImportRow,
    LegalGround,
    SheetCorrection,
    SheetImport,
    Target,
)
from cases.states import CaseState, ComplaintState, TargetState
from corps.deadlines.clock import today
from corps.models import User
from corps.workflow import store_file
from listings.models import Belonging, BelongingCorrection, Listing
from notices.models import Notice, NoticeItem, Objection
from notices.states import ANSWERED_AS, ItemState, NoticeState, ObjectionState
from stores.models import Liaison, OfficialAccount, Store
from tests.neighbours import Neighbours
from tests.notices.world import World, add_targets, file_another, make_world
from tests.put_into import put_into

STORE, OTHER_STORE = "70000001", "70000002"
OPENS, CLOSES = date(2026, 1, 1), date(2099, 12, 31)
NEVER_FILED = (CaseState.LEAD, CaseState.NOT_FILED)
IN_A_CASE = (
    ComplaintState.IN_CASE,
    ComplaintState.ANSWERED,
    ComplaintState.CLOSED,
    ComplaintState.WITHDRAWN,
)


class Scene:
    """A filed case of `officer` and `officer2` with a complaint, whose sheet names one listing, its target, and one
    row that nobody can read. Another case of the same firm has a later complaint that names the same listing, and in
    whose sheet a claim says that the listing is in a store.

    Each thing is asked for by name (`scene.case`), and is as a request would load it now.
    """

    def __init__(self) -> None:
        self.world: World = make_world()
        self.keys: dict[str, tuple[type[models.Model], Any]] = {}
        world = self.world
        self._people()
        [target] = add_targets(world, 1)
        store = Store.objects.create(
            platform=world.platform,
            canonical_id=STORE,
            site="taobao",
            url=f"https://shop{STORE}.taobao.com/",
        )
        other = file_another(world, 0).case
        for case in (world.case, other):
            # Numbers that no verb takes now.
            Case.objects.filter(pk=case.pk).update(
                number=case.number.replace("2026", "2020")
            )
        campaign = Campaign.objects.create(
            name="专项行动", opens_on=OPENS, closes_on=CLOSES
        )
        Case.objects.update(campaign=campaign)
        complaint = self._complaint("T2020-000001", world.case, target, campaign)
        later = self._complaint("T2020-000002", other, target, campaign)
        Target.objects.filter(pk=target.pk).update(complaint=complaint)
        Listing.objects.filter(pk=target.listing_id).update(claimed_store=store)
        claim = Belonging.objects.create(
            platform=world.platform,
            listing_id=target.listing.canonical_id,
            store_id=STORE,
            firm=world.firm,
            complaint=later.pk,
            row=1,
            in_effect=False,
        )
        ground = (
            LegalGround.objects.filter(is_sufficient=True)
            .exclude(pk=world.ground.pk)
            .first()
        )
        assert ground is not None
        for name, thing in {
            "case": world.case,
            "other": other,
            "complaint": complaint,
            "target": target,
            "listing": target.listing,
            "store": store,
            "campaign": campaign,
            "claim": claim,
            "ground": ground,
            "sheet": complaint.sheet_import,
        }.items():
            self.keys[name] = type(thing), thing.pk

    def _people(self) -> None:
        world, unit = self.world, self.world.case.unit
        for login, role, duties in (
            ("chief", "supervisor", ["head_of_department"]),
            ("admin", "administrator", []),
        ):
            user = User.objects.create(
                username=login,
                name=login,
                role=role,
                unit=unit,
                duties=duties,
                password="!",
            )
            self.keys[login] = User, user.pk
        for login in ("officer", "officer2", "supervisor", "supervisor2", "stranger"):
            self.keys[login] = User, getattr(world, login).pk
        CaseOfficer.objects.bulk_create(
            CaseOfficer(
                case=world.case,
                officer=officer,
                is_lead=officer is world.officer,
                since=timezone.now(),
            )
            for officer in (world.officer, world.officer2)
        )

    def _complaint(
        self, number: str, case: Case, target: Target, campaign: Campaign
    ) -> Complaint:
        content = f"商品链接,诉求\n{target.listing.url},下架商品\n没有链接,下架商品\n".encode()
        complaint = Complaint.objects.create(
            number=number,
            firm=self.world.firm,
            case=case,
            campaign=campaign,
            subject="投诉",
            state=ComplaintState.IN_CASE,
            received_on=today(),
            sheet=store_file(content, "text/csv"),
            sheet_name="a.csv",
            submitted_by=self.world.officer,
            submitted_at=timezone.now(),
        )
        sheet = SheetImport.objects.create(
            complaint=complaint,
            state="done",
            rows=2,
            done=2,
            started_by=self.world.officer,
            at=timezone.now(),
        )
        ImportRow.objects.create(
            sheet_import=sheet,
            row=2,
            result="new",
            kind="listing",
            platform_slug="taobao",
            listing_id=target.listing.canonical_id,
            listing_site="taobao",
            address=target.listing.url,
            target=target,
            registered_at=timezone.now(),
        )
        ImportRow.objects.create(
            sheet_import=sheet, row=3, result="invalid", reason="no-address"
        )
        return complaint

    def __getattr__(self, name: str) -> Any:
        if name == "keys" or name not in self.keys:
            raise AttributeError(name)
        return self.row(name).get()

    def row(self, name: str) -> Any:
        """The row of a thing, to be changed."""
        model, pk = self.keys[name]
        return model._default_manager.filter(pk=pk)

    @property
    def understood_sheet(self) -> SheetImport:
        """The complaint's sheet, of whose two columns a person is told."""
        columns = [
            {"place": 0, "heading": "商品链接", "meaning": "listing_address"},
            {"place": 1, "heading": "俗名", "meaning": "other"},
        ]
        understood = {
            "name": "",
            "header_row": 1,
            "is_read": True,
            "header_rows": [],
            "columns": columns,
        }
        self.row("sheet").update(columns={"understood": [understood]})
        return self.sheet

    @property
    def kept_correction(self) -> int:
        """One that is remembered of the firm's sheets."""
        kept, _is_new = SheetCorrection.objects.get_or_create(
            firm=self.world.firm,
            about="column",
            name="俗名",
            words="俗名",
            meaning="title",
            set_by=self.officer,
        )
        return kept.pk

    @property
    def unreadable_row(self) -> int:
        """The row of the complaint's sheet that no target came of."""
        return ImportRow.objects.get(sheet_import=self.sheet.pk, row=3).pk

    @property
    def correction(self) -> BelongingCorrection:
        return BelongingCorrection.objects.get()

    @property
    def bulk_act(self) -> BulkAct:
        return BulkAct.objects.get()


# --- the neighbours, and how one is put into a state ----------------------------------------------------------------


def _case(scene: Scene, state: str) -> None:
    _put_case(scene, "case", state)


def _other_case(scene: Scene, state: str) -> None:
    _put_case(scene, "other", state)


def _put_case(scene: Scene, name: str, state: str) -> None:
    at = timezone.now()
    is_suspended = state == CaseState.SUSPENDED
    put_into(
        scene.row(name),
        state,
        filed_at=None if state in NEVER_FILED else at,
        closed_at=at if state in (CaseState.CLOSED, CaseState.ARCHIVED) else None,
        suspended_at=at if is_suspended else None,
        suspended_from=CaseState.FILED if is_suspended else "",
    )


def _complaint(scene: Scene, state: str) -> None:
    """Its target goes with it."""
    case = scene.case.pk if state in IN_A_CASE else None
    put_into(scene.row("complaint"), state, case=case)
    scene.row("target").update(case=case)


def _import(scene: Scene, state: str) -> None:
    """What is not registered to its end has no target yet."""
    is_done, is_undone = (
        state == SheetImport.State.DONE,
        state == SheetImport.State.UNDONE,
    )
    complaint = scene.complaint.pk
    put_into(
        scene.row("sheet"),
        state,
        done=2 if is_done else 0,
        complaint=None if is_undone else complaint,
        undone_complaint=complaint if is_undone else None,
        undone_at=timezone.now() if is_undone else None,
    )
    if not is_done:
        ImportRow.objects.filter(sheet_import=scene.sheet.pk).update(
            target=None, registered_at=None
        )


def _target(scene: Scene, state: str) -> None:
    is_counted = state in (TargetState.VERIFIED, TargetState.RELISTED)
    put_into(
        scene.row("target"), state, dropped_reason="不予处理", is_counted=is_counted
    )


def _protection(scene: Scene, state: str) -> None:
    scene.row("target").update(is_official=state == "official")


def _notice(scene: Scene, state: str) -> None:
    """A notice of the case that names the target, with the item and the target as they are then."""
    items = {
        NoticeState.ISSUED: ItemState.OPEN,
        NoticeState.COMPLETED: ItemState.REFUSED,
        NoticeState.WITHDRAWN: ItemState.WITHDRAWN,
    }
    _name(scene, state, items.get(NoticeState(state), ItemState.DRAFT))


def _item(scene: Scene, state: str) -> None:
    """An item of an issued notice, or of a draft, with the target as it is then."""
    _name(
        scene,
        NoticeState.DRAFT if state == ItemState.DRAFT else NoticeState.ISSUED,
        state,
    )


def _name(scene: Scene, notice_state: str, state: str) -> None:
    """Have a notice of the case name the target."""
    world, at, is_issued = scene.world, timezone.now(), state != ItemState.DRAFT
    notice = Notice.objects.create(
        number="N2020-000001",
        document_number="协查〔2020〕1号" if is_issued else "",
        case=scene.case,
        platform=world.platform,
        recipient=Liaison.objects.get(user=world.liaison),
        state=notice_state,
        drafted_by=world.officer,
        drafted_at=at,
        issued_by=world.supervisor if is_issued else None,
        issued_at=at if is_issued else None,
    )
    item = NoticeItem.objects.create(
        notice=notice, target=scene.target, position=1, ground=scene.ground
    )
    if not is_issued:
        return
    followed = state in (ItemState.CARRIED_OVER, ItemState.HANDED_OVER)
    put_into(
        NoticeItem.objects.filter(pk=item.pk),
        state,
        outcome="removed",
        answered_at=at,
        successor=item if followed else None,
    )
    targets = {str(kind.item): kind.target for kind in ANSWERED_AS.values()} | {
        ItemState.VERIFIED: TargetState.VERIFIED,
        ItemState.WITHDRAWN: TargetState.REPORTED,
    }
    _target(scene, targets.get(state, TargetState.NOTICED))


def _objection(scene: Scene, state: str) -> None:
    Objection.objects.create(
        number="O2020-000001",
        target=scene.target,
        case=scene.case,
        state=state,
        reason="误伤",
        lodged_by=scene.officer2,
        lodged_at=timezone.now(),
    )


def _claim(scene: Scene, state: str) -> None:
    """What was judged was judged by a person a while ago."""
    at = (
        None
        if state == Belonging.State.UNJUDGED
        else timezone.now() - timedelta(days=1)
    )
    put_into(scene.row("claim"), state, judged_at=at, judged_by=scene.officer2)


def _correction(scene: Scene, state: str) -> None:
    """A proposal to say that the listing is in another store."""
    if not BelongingCorrection.objects.exists():
        workflow.propose_belonging(
            listing=scene.listing,
            store_id=OTHER_STORE,
            actor=scene.officer2,
            reason="看过",
        )
    put_into(BelongingCorrection.objects, state)


def _account(scene: Scene, state: str) -> None:
    """The store in which the listing is claimed to be."""
    if state == "none":
        return
    at = timezone.now()
    OfficialAccount.objects.create(
        firm=scene.world.firm,
        platform=scene.world.platform,
        canonical_id=STORE,
        site="taobao",
        url=f"https://shop{STORE}.taobao.com/",
        name="官方店",
        confirmed_at=at if state in ("registered", "struck") else None,
        declined_at=at if state == "declined" else None,
        revoked_at=at if state == "struck" else None,
        revocation_reason="误登" if state == "struck" else "",
    )
    scene.row("claim").update(in_effect=True)


def _campaign(scene: Scene, state: str) -> None:
    if state == "over":
        scene.row("campaign").update(closes_on=OPENS)


def _ground(scene: Scene, state: str) -> None:
    if state == "ended":
        scene.row("ground").update(valid_to=today() - timedelta(days=1))
    elif state == "given":
        scene.row("target").update(ground=scene.ground)
    elif state == "insufficient":
        scene.row("ground").update(is_sufficient=False)


def _officers(scene: Scene, state: str) -> None:
    """The second of the two officers who handle the case."""
    second = scene.row("officer2")
    if state == "account closed":
        second.update(is_active=False)
    elif state == "elsewhere":
        second.update(unit=scene.world.stranger.unit)
    elif state == "promoted":
        second.update(role="supervisor")
    elif state == "other role":
        second.update(role="auditor", unit=None)
    elif state == "relieved":
        CaseOfficer.objects.filter(officer=scene.officer2).update(until=timezone.now())


def _actor(scene: Scene, state: str) -> None:
    """The accounts of those who act; elsewhere: in a unit that does not handle the case, which two others have."""
    if state == "closed":
        User.objects.update(is_active=False)
    elif state == "elsewhere":
        unit = scene.case.unit
        User.objects.exclude(role="administrator").update(
            unit=scene.world.stranger.unit
        )
        for assignment in list(CaseOfficer.objects.all()):
            login = f"colleague of {assignment.pk}"
            colleague = User.objects.create(
                username=login, name=login, role="officer", unit=unit, password="!"
            )
            CaseOfficer.objects.filter(pk=assignment.pk).update(officer=colleague)


def _bulk_act(scene: Scene, state: str) -> None:
    """The officer's dropping of the target."""
    if not BulkAct.objects.exists():
        workflow.drop_targets(
            targets=[scene.target.pk], actor=scene.officer, reason="误报"
        )
    if state == "undone":
        BulkAct.objects.update(undone_at=timezone.now())
    elif state == "too old":
        BulkAct.objects.update(recorded_at=timezone.now() - timedelta(minutes=11))
    elif state == "of another":
        BulkAct.objects.update(actor=scene.officer2)


def _values(choices: type[models.TextChoices]) -> list[str]:
    return [str(value) for value in choices.values]


NEIGHBOURS: Neighbours = {
    "case": (_values(CaseState), _case),
    "other": (_values(CaseState), _other_case),
    "complaint": (_values(ComplaintState), _complaint),
    "import": (_values(SheetImport.State), _import),
    "target": (_values(TargetState), _target),
    "protection": (["free", "official"], _protection),
    "notice": (_values(NoticeState), _notice),
    "item": (_values(ItemState), _item),
    "objection": (_values(ObjectionState), _objection),
    "claim": (_values(Belonging.State), _claim),
    "correction": (_values(BelongingCorrection.State), _correction),
    "account": (["none", "proposed", "registered", "declined", "struck"], _account),
    "campaign": (["running", "over"], _campaign),
    "ground": (["in force", "ended", "given", "insufficient"], _ground),
    "officers": (
        [
            "in duty",
            "account closed",
            "elsewhere",
            "promoted",
            "other role",
            "relieved",
        ],
        _officers,
    ),
    "act": (["just done", "undone", "too old", "of another"], _bulk_act),
    "actor": (["open", "closed", "elsewhere"], _actor),
}

# The states in which a scene has its neighbours, unless its verb starts from another.
START = {
    "case": "filed",
    "other": "filed",
    "complaint": "in_case",
    "import": "done",
    "target": "reported",
    "protection": "free",
    "claim": "unjudged",
    "account": "none",
    "campaign": "running",
    "ground": "in force",
    "officers": "in duty",
}
