"""A small world for tests: one unit, two platforms, a firm, a filed case with targets."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from cases.models import Case, LegalGround, Target
from corps.models import Unit, User
from firms.models import Firm
from listings.models import Listing
from notices import workflow
from notices.models import Notice, Objection
from stores.models import Liaison, Platform, Store


@dataclass
class World:
    officer: User
    officer2: User
    supervisor: User
    supervisor2: User
    liaison: User
    other_liaison: User
    stranger: User
    platform: Platform
    other_platform: Platform
    firm: Firm
    case: Case
    ground: LegalGround


def make_world() -> World:
    """People, registers and one filed case, written straight into the tables."""
    unit = Unit.objects.create(name="一支队", path="/1/")
    elsewhere = Unit.objects.create(name="二支队", path="/2/")

    def person(
        login: str, role: str, unit: Unit | None = unit, duties: tuple[str, ...] = ()
    ) -> User:
        return User.objects.create(
            username=login,
            name=login,
            role=role,
            unit=unit,
            duties=list(duties),
            password="!",
        )

    taobao = Platform.objects.create(slug="taobao", name="淘宝天猫")
    jd = Platform.objects.create(slug="jd", name="京东")
    liaison = person("liaison-taobao", "liaison", None)
    other = person("liaison-jd", "liaison", None)
    Liaison.objects.create(
        platform=taobao,
        user=liaison,
        name="方",
        email="liaison@taobao.example",
        duty="primary",
    )
    Liaison.objects.create(
        platform=taobao, name="袁", email="liaison-b@taobao.example", duty="backup"
    )
    Liaison.objects.create(
        platform=jd, user=other, name="魏", email="liaison@jd.example", duty="primary"
    )
    firm = Firm.objects.create(
        code="CXT", name="澄溪岚堂", short_name="澄溪岚", uscc="91319409MA0JN02U8X"
    )
    officer = person("officer", "officer")
    ground = LegalGround.objects.get(code="counterfeit")
    now = timezone.now()
    case = Case.objects.create(
        number="C2026-000001",
        document_number="沪市监总队立〔2026〕1号",
        title="系列案",
        firm=firm,
        unit=unit,
        ground=ground,
        state="filed",
        opened_by=officer,
        opened_at=now,
        filed_at=now,
    )
    return World(
        officer=officer,
        officer2=person("officer2", "officer"),
        supervisor=person("supervisor", "supervisor", duties=("head_of_unit",)),
        supervisor2=person("supervisor2", "supervisor"),
        liaison=liaison,
        other_liaison=other,
        stranger=person("officer3", "officer", elsewhere),
        platform=taobao,
        other_platform=jd,
        firm=firm,
        case=case,
        ground=ground,
    )


def case_page(world: World, query: str = "") -> str:
    """The address of the case's page, with a query that begins with "?"."""
    return world.case.get_absolute_url() + query


def third_officer(world: World) -> User:
    """An officer of the unit who drafted nothing and answers nothing."""
    return User.objects.create(
        username="officer4",
        name="officer4",
        role="officer",
        unit=world.case.unit,
        password="!",
    )


def file_another(world: World, targets: int = 1) -> World:
    """The same world with another filed case, which has so many fresh targets."""
    count = Case.objects.count()
    case = Case.objects.create(
        number=f"C2026-{count + 1:06}",
        document_number=f"沪市监总队立〔2026〕{count + 1}号",
        title="系列案",
        firm=world.firm,
        unit=world.case.unit,
        ground=world.ground,
        state="filed",
        opened_by=world.officer,
        opened_at=timezone.now(),
        filed_at=timezone.now(),
    )
    other = replace(world, case=case)
    add_targets(other, targets)
    return other


def add_targets(
    world: World, count: int, *, platform: Platform | None = None, kind: str = "listing"
) -> list[Target]:
    """Fresh targets of the world's case, reported now."""
    platform = platform or world.platform
    first = 600_000_000_000 + Target.objects.count()
    model = Listing if kind == "listing" else Store
    things = model.objects.bulk_create(
        model(
            platform=platform,
            canonical_id=str(first + i),
            site=platform.slug,
            url=_url(kind, first + i),
        )
        for i in range(count)
    )
    return Target.objects.bulk_create(
        Target(
            kind=kind,
            platform=platform,
            firm=world.firm,
            case=world.case,
            reported_at=timezone.now(),
            **{kind: thing},
        )
        for thing in things
    )


def _url(kind: str, number: int) -> str:
    if kind == "store":
        return f"https://shop{number}.taobao.com/"
    return f"https://item.taobao.com/item.htm?id={number}"


def issue(world: World, targets: list[Target] | None = None) -> list[Notice]:
    """Compose, submit and approve notices for targets, each act by whose job it is."""
    ids = None if targets is None else [target.pk for target in targets]
    composed = workflow.compose_notices(
        case=world.case, actor=world.officer, targets=ids
    )
    issued = []
    for notice in composed.notices:
        notice = workflow.submit_notice(notice=notice, actor=world.officer)
        issued.append(
            workflow.approve_notice(
                notice=notice, actor=world.supervisor, version=notice.version
            )
        )
    return issued


def arrive(world: World, notice: Notice, at: datetime | None = None) -> Notice:
    """The notice once its liaison has opened it, whereby its clock began."""
    user = (
        world.liaison
        if notice.platform_id == world.platform.pk
        else world.other_liaison
    )
    workflow.open_notice(notice=notice, actor=user, at=at)
    return notice


def answer(
    world: World,
    notice: Notice,
    outcome: str = "removed",
    items: list[int] | None = None,
    **more: object,
):
    """Answer items of a notice as its liaison; all open ones unless named."""
    ids = (
        items
        if items is not None
        else list(notice.items.filter(state="open").values_list("pk", flat=True))
    )
    user = (
        world.liaison
        if notice.platform_id == world.platform.pk
        else world.other_liaison
    )
    replies = [workflow.Reply(pk, outcome, item=pk) for pk in ids]
    return workflow.answer_items(notice=notice, replies=replies, actor=user, **more)


def object_to(world: World, target: Target, state: str) -> Objection:
    """An objection to a target in a state, written straight into the table."""
    return Objection.objects.create(
        number="O2026-000099",
        target=target,
        case=world.case,
        state=state,
        reason="误伤",
        lodged_by=world.officer2,
        lodged_at=timezone.now(),
    )


def ago(**span: int) -> datetime:
    """A moment in the past."""
    return timezone.now() - timedelta(**span)
