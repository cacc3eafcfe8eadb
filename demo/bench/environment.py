"""What benchmarks act in: its people, participants, and filed cases of any size."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg2

from cases.models import Case, CaseOfficer, LegalGround, Target
from corps.deadlines.clock import now
from corps.models import User
from demo.accounts import Cast, engage_staff
from demo.generator import register_listings
from firms.models import Firm
from firms.workflow import register_firm
from listings.models import Listing
from notices import workflow
from notices.models import Notice
from stores.models import Platform
from stores.workflow import appoint_liaison, register_platform

PLATFORMS = {
    "taobao": "淘宝天猫",
    "jd": "京东",
    "pinduoduo": "拼多多",
    "douyin": "抖音电商",
}
PASSWORD = "only-for-benchmarks"


@dataclass
class Environment:
    """Who acts. platforms: by slug; each has a liaison with an account, `cast.liaisons`. has_market: whether
    the million listings of `demo.bench.listings` are there."""

    cast: Cast
    firm: Firm
    platforms: dict[str, Platform]
    next_id: int = 700_000_000_000
    cases: list[Case] = field(default_factory=list)
    has_market: bool = False

    def file_case(self, count: int, platform: str = "taobao") -> Case:
        """A filed case with so many fresh targets of one platform, written straight into the tables."""
        at, unit = now(), self.cast["officer"].unit
        assert unit is not None  # an officer has one
        case = Case.objects.create(
            number=f"C2026-9{len(self.cases):05}",
            document_number=f"沪市监总队立〔2026〕{90_000 + len(self.cases)}号",
            title="基准系列案",
            firm=self.firm,
            unit=unit,
            ground=LegalGround.objects.get(code="counterfeit"),
            state=Case.State.FILED,
            opened_by=self.cast["officer"],
            opened_at=at,
            filed_at=at,
        )
        CaseOfficer.objects.create(
            case=case, officer=self.cast["officer"], is_lead=True, since=at
        )
        self.cases.append(case)
        first, self.next_id = self.next_id, self.next_id + count
        of_platform = self.platforms[platform]
        register_listings(of_platform, first, count)
        listings = Listing.objects.filter(
            platform=of_platform,
            canonical_id__in=[str(first + i) for i in range(count)],
        )
        Target.objects.bulk_create(
            Target(
                kind="listing",
                platform=of_platform,
                firm=self.firm,
                case=case,
                listing_id=pk,
                reported_at=at,
            )
            for pk in listings.order_by("pk").values_list("pk", flat=True)
        )
        return case

    def issue(self, case: Case, targets: list[int] | None = None) -> Notice:
        """One issued notice for the targets of a case, all or some, drafted, submitted and approved by whose job it
        is."""
        [draft] = workflow.compose_notices(
            case=case, actor=self.cast["officer"], targets=targets
        ).notices
        notice = workflow.submit_notice(notice=draft, actor=self.cast["officer"])
        return workflow.approve_notice(
            notice=notice, actor=self.cast["supervisor"], version=notice.version
        )


def make_environment() -> Environment:
    """People, platforms with liaisons, and a firm, by the verbs that make them."""
    at = now() - timedelta(minutes=1)
    cast = engage_staff(at)
    for login in ("officer", "supervisor"):
        cast[login].set_password(PASSWORD)
        cast[login].save(update_fields=["password"])
    environment = Environment(cast, _firm(cast), {})
    for slug, name in PLATFORMS.items():
        user = User.objects.create_user(
            f"liaison-{slug}", PASSWORD, name=f"{name}联络员", role=User.Role.LIAISON
        )
        environment.platforms[slug] = register_platform(
            actor=cast["admin"], slug=slug, name=name
        )
        appoint_liaison(
            platform=environment.platforms[slug],
            name=user.name,
            email=f"liaison@{slug}.example",
            phone="",
            duty="primary",
            actor=cast["admin"],
            user=user,
        )
        cast.liaisons[slug] = user
    return environment


def _firm(cast: Cast) -> Firm:
    return register_firm(
        actor=cast["admin"],
        code="CXT",
        name="澄溪岚堂日用品有限公司",
        uscc="91319409MA0JN02U8X",
    )


@contextmanager
def owner_line() -> Iterator[psycopg2.extensions.connection]:
    """A line as the owner of the tables, in autocommit: for floors' own tables and for what no application does."""
    with closing(psycopg2.connect(os.environ["MIGRATION_DATABASE_URL"])) as line:
        line.autocommit = True
        yield line
