"""Units with their people, and the participants of a small campaign."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cases import workflow
from cases.models import Case, Complaint, SheetImport
from corps.deadlines.clock import now, today
from corps.models import Unit, User
from corps.workflow import create_unit, store_file
from firms.models import Firm
from firms.workflow import register_firm
from listings.addresses import read_cell
from stores.models import OfficialAccount, Platform
from stores.workflow import register_platform
from tests.accounts import register_official_account
from tests.cases.sheets import row, sheet_of
from tests.notices.world import World, make_world

SMALL = Path(__file__).parent / "data" / "small"


@dataclass
class Scenario:
    """People by login, platforms by slug, firms by code."""

    people: dict[str, User]
    platforms: dict[str, Platform]
    firms: dict[str, Firm]

    def __getattr__(self, login: str) -> User:
        return self.people[login]


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of one of the small campaign's tables."""
    with (SMALL / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def official_account(scenario: Scenario, row: dict[str, str]) -> OfficialAccount:
    """An account as it stands once two persons have registered it; nothing is under way yet that it could stop."""
    address = read_cell(row["address"])
    return OfficialAccount(
        firm=scenario.firms[row["firm"]],
        platform=scenario.platforms[row["platform"]],
        site=address.site,
        canonical_id=address.canonical_id,
        url=address.canonical_url,
        name=row["name"],
        confirmed_at=now(),
    )


def make_scenario() -> Scenario:
    """Units, people, and the small campaign's platforms, firms and official accounts."""
    top = create_unit(name="总队", actor=None, at=now())
    first = create_unit(name="一支队", parent=top, actor=None, at=now())
    second = create_unit(name="二支队", parent=top, actor=None, at=now())

    def person(login: str, role: str, unit: Unit | None = None, *duties: str) -> User:
        return User.objects.create(
            username=login, name=login, role=role, unit=unit, duties=list(duties)
        )

    people = [
        person("officer", "officer", first),
        person("officer2", "officer", first),
        person("officer3", "officer", second),
        person("supervisor", "supervisor", first, "head_of_unit"),
        person("chief", "supervisor", top, "head_of_department"),
        person("admin", "administrator"),
        person("auditor", "auditor"),
        person("liaison", "liaison"),
    ]
    scenario = Scenario({user.username: user for user in people}, {}, {})
    for facts in table("platforms.csv"):
        scenario.platforms[facts["slug"]] = register_platform(
            actor=scenario.admin, **facts
        )
    for facts in table("firms.csv"):
        scenario.firms[facts["code"]] = register_firm(actor=scenario.admin, **facts)
    OfficialAccount.objects.bulk_create(
        official_account(scenario, row) for row in table("official_accounts.csv")
    )
    return scenario


@pytest.fixture
def scenario(db: None) -> Scenario:
    return make_scenario()


@pytest.fixture
def committed_scenario(transactional_db: None) -> Scenario:
    """The same, committed, for tests with several connections."""
    return make_scenario()


@pytest.fixture
def expected() -> dict[str, Any]:
    return json.loads((SMALL / "expected.json").read_text())


def hand_in(
    scenario: Scenario, content: bytes, name: str, *, firm: str = "CXT", **said: Any
) -> SheetImport:
    """A complaint with a sheet, as its officer hands it in; nothing is read yet."""
    _complaint, sheet_import = workflow.submit_complaint(
        actor=said.pop("actor", scenario.officer),
        firm=scenario.firms[firm],
        subject="网络巡查清单",
        received_on=said.pop("received_on", today()),
        sheet=store_file(content, "application/octet-stream"),
        sheet_name=name,
        **said,
    )
    assert sheet_import is not None
    return sheet_import


def take_in(
    scenario: Scenario, content: bytes, name: str = "a.csv", **said: Any
) -> SheetImport:
    """Hand a sheet in and register it to the end, without a look at it in between."""
    sheet_import = hand_in(scenario, content, name, needs_review=False, **said)
    workflow.read_sheet(sheet_import.pk)
    workflow.continue_registering(sheet_import.pk)
    sheet_import.refresh_from_db()
    return sheet_import


def results(
    scenario: Scenario, *rows: str, firm: str = "CXT", **said: Any
) -> list[str]:
    """Register a sheet of these rows; the result of each."""
    sheet_import = take_in(scenario, sheet_of(*rows), firm=firm, **said)
    assert sheet_import.state == "done", sheet_import.explanation
    return list(
        sheet_import.import_rows.order_by("row").values_list("result", flat=True)
    )


def make_official(
    scenario: Scenario, number: str, *, firm: str = "HYS", name: str = "官方店"
) -> OfficialAccount:
    """A Taobao store, by its number, as a firm's official account."""
    return register_official_account(
        firm=scenario.firms[firm],
        platform=scenario.platforms["taobao"],
        site="taobao",
        canonical_id=number,
        url=f"https://shop{number}.taobao.com/",
        name=name,
        actor=scenario.officer,
    )


@pytest.fixture
def accepted(scenario: Scenario) -> Callable[..., Complaint]:
    """Makes accepted complaints with rows that are registered."""

    def make(*rows: str, firm: str = "CXT") -> Complaint:
        sheet_import = take_in(scenario, sheet_of(*rows), firm=firm)
        return workflow.accept_complaint(
            complaint=sheet_import.complaint, actor=scenario.officer
        )

    return make


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def officer(client: Client, world: World) -> Client:
    """A client that the officer of the small world is signed in with."""
    client.force_login(world.officer)
    return client


@pytest.fixture
def opened(scenario, accepted):
    """Opens a case of one complaint with these rows, its two officers assigned."""

    def make(*rows: str, **said) -> Case:
        complaint = accepted(*(rows or (row("600000000001"), row("600000000002"))))
        said = {
            "lead": scenario.officer,
            "second": scenario.officer2,
            "actor": scenario.officer,
        } | said
        return workflow.open_case(complaints=[complaint], title="某某店铺案", **said)

    return make


@pytest.fixture
def case_of(scenario, accepted):
    """Opens a case of a new complaint of a firm, with both officers."""

    def make(*ids: str, firm: str = "CXT", unit=None) -> Case:
        complaint = accepted(*[row(pk) for pk in ids], firm=firm)
        return workflow.open_case(
            actor=scenario.chief if unit else scenario.officer, complaints=[complaint], title="案", unit=unit,
            lead=scenario.officer, second=scenario.officer2,
        )  # fmt: skip

    return make
