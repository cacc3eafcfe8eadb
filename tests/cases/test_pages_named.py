"""What a firm sees of all that it named, and what officers see of targets that lie elsewhere."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import workflow
from cases.models import Case, Target
from cases.models.targets import TOLD
from cases.states import (
    ENDED_CASE,
    TARGET_STATES,
    UNFINISHED,
    CaseState,
    TargetState,
    Told,
)
from corps.models import User
from corps.states import Counted
from firms.models import Representative
from tests.cases.carrying_over import A, B, target
from tests.cases.conftest import sheet_of, take_in
from tests.cases.sheets import ITEM, row
from tests.put_into import put_into

pytestmark = pytest.mark.django_db
NAMED = "cases:named"
NOW = timezone.now()
# What a case must have in one state or another.
MOMENTS = {
    "filed_at": NOW,
    "closed_at": NOW,
    "suspended_at": NOW,
    "suspended_from": "disposing",
}


@pytest.fixture
def represent(scenario, client):
    """Signs in as the representative of a firm."""

    def sign_in(firm: str):
        user, _new = User.objects.get_or_create(
            username=f"firm-{firm}", role="representative", name=firm
        )
        Representative.objects.get_or_create(firm=scenario.firms[firm], user=user)
        client.force_login(user)
        return client

    return sign_in


def test_a_firm_sees_what_became_of_all_that_it_named_whoever_named_it_first(
    scenario, represent
):
    take_in(scenario, sheet_of(row(A), row(B)), firm="HYS")
    take_in(scenario, sheet_of(row(A)), firm="CXT")
    put_into(
        Target.objects.filter(pk=target().pk), "dropped", dropped_reason="系授权店铺"
    )
    client = represent("CXT")
    home = client.get(reverse("home"))
    for cell in home.context["cells"]:
        rows = client.get(cell["url"]).context["page"]
        assert rows.total == len(rows.rows) == cell["value"]
    assert home.context["cells"][0]["value"] == 1
    page = client.get(reverse(NAMED) + "?state=dropped").content.decode()
    assert A in page
    assert B not in client.get(reverse(NAMED)).content.decode()
    assert "系授权店铺" not in page  # a reason is the corps's own


def test_a_firm_learns_nothing_of_who_named_it_first_nor_from_before(
    scenario, represent
):
    secret = "荷塘月色旗舰专用词"
    first = take_in(
        scenario, sheet_of(f"{ITEM % A},,下架,{secret}"), firm="HYS"
    ).complaint
    Target.objects.update(seen="gone", seen_at=timezone.now() - timedelta(days=3))
    own = take_in(scenario, sheet_of(f"{ITEM % A},,下架,自己的标题"), firm="CXT")
    client = represent("CXT")
    pages = [
        client.get(reverse(NAMED)),
        client.get(reverse("cases:import", args=[own.pk]) + "?show=all"),
        client.get(reverse("search") + f"?q={A}", follow=True),
    ]
    for page in pages:
        text = page.content.decode()
        assert A in text
        for word in (secret, first.number, scenario.firms["HYS"].name, "禾曜衡"):
            assert word not in text
    assert [
        (line.title, line.seen, line.seen_at) for line in pages[0].context["rows"]
    ] == [("自己的标题", "", None)]
    Target.objects.update(seen_at=timezone.now())
    [line] = client.get(reverse(NAMED)).context["rows"]
    assert (str(line.seen), line.complaint.firm.code) == ("页面不存在", "CXT")


def test_an_imports_page_and_file_say_what_became_of_each_row(scenario, represent):
    take_in(scenario, sheet_of(row(A)), firm="HYS")
    own = take_in(scenario, sheet_of(row(A), row(B)), firm="CXT")
    put_into(Target.objects.filter(pk=target(A).pk), "verified", is_counted=True)
    client = represent("CXT")
    page = client.get(reverse("cases:import", args=[own.pk]) + "?show=all")
    labels = [str(line.became.label) for line in page.context["review"].rows]
    assert labels == [
        str(Target.State.VERIFIED.label),
        str(Target.State.REPORTED.label),
    ]
    lines = (
        b"".join(client.get(reverse("cases:import_rows", args=[own.pk])))
        .decode()
        .splitlines()
    )
    assert lines[1].endswith(f",{Target.State.VERIFIED.label}")


def test_a_firm_finds_what_it_named_by_id_and_address_and_nothing_else(
    scenario, represent
):
    take_in(scenario, sheet_of(row(A)), firm="HYS")
    take_in(scenario, sheet_of(row(B)), firm="CXT")
    client = represent("CXT")
    for text, found in ((B, True), (ITEM % B, True), (A, False)):
        page = client.get(reverse(NAMED), {"q": text})
        assert (page.context["page"].total == 1) is found
        searched = client.get(
            reverse("search"), {"q": text}
        )  # a single hit opens at once
        assert (searched.headers.get("Location") == f"{reverse(NAMED)}?q={B}") is found


def test_the_list_of_what_a_firm_named_costs_the_same_for_one_and_fifty(
    scenario, represent
):
    take_in(scenario, sheet_of(row(A)), firm="CXT")
    client = represent("CXT")
    client.get(reverse(NAMED))
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(NAMED)).status_code == 200
        counts.append(len(queries))
        take_in(
            scenario,
            sheet_of(*[row(str(600000002000 + n)) for n in range(49)]),
            firm="CXT",
        )
    assert counts[0] == counts[1]


def test_an_import_says_where_and_why_a_target_was_dropped_and_it_can_be_taken_up(
    scenario, case_of, client
):
    first = case_of(A, firm="HYS")
    workflow.drop_targets(
        targets=[target().pk], actor=scenario.officer, reason="系授权店铺"
    )
    second = case_of(A, B)
    client.force_login(scenario.officer)
    imported = second.complaints.get().sheet_import
    page = client.get(
        reverse("cases:import", args=[imported.pk]) + "?show=all"
    ).content.decode()
    assert first.number in page
    assert "系授权店铺" in page
    tab = client.get(second.get_absolute_url() + "?tab=elsewhere")
    assert [shown.pk for shown, _became, _visible in tab.context["rows"]] == [
        target().pk
    ]
    assert "系授权店铺" in tab.content.decode()
    answer = client.post(
        reverse("cases:targets_act", args=[second.number]),
        {"ids": target().pk, "act": "take_up"},
        follow=True,
    )
    assert answer.status_code == 200
    assert (target().case, target().state, target().complaint) == (
        second,
        "reported",
        second.complaints.get(),
    )
    assert (
        client.get(second.get_absolute_url() + "?tab=elsewhere").context["rows"] == []
    )


def test_who_may_not_see_the_other_case_is_told_no_secret_of_it(
    scenario, case_of, client
):
    other = case_of(A, firm="HYS", unit=scenario.officer3.unit)
    second = case_of(A, B)
    other.assignments.update(until=other.opened_at)
    client.force_login(scenario.officer)
    imported = second.complaints.get().sheet_import
    addresses = [
        second.get_absolute_url() + "?tab=elsewhere",
        reverse("cases:import", args=[imported.pk]) + "?show=all",
    ]
    for state, reason in (
        ("reported", ""),
        ("verified", ""),
        ("dropped", "系授权店铺"),
    ):
        put_into(
            Target.objects.filter(pk=target().pk),
            state,
            dropped_reason=reason,
            is_counted=state == "verified",
        )
        for address in addresses:
            page = client.get(address).content.decode()
            assert "二支队" in page
            assert other.number not in page
            assert "系授权店铺" not in page


def test_only_what_was_dropped_is_taken_up_and_only_what_the_case_names(
    scenario, case_of
):
    case_of(A, firm="HYS")
    case_of("600000000005", firm="HYS")
    second = case_of(A, B)
    put_into(
        Target.objects.filter(pk=target("600000000005").pk),
        "dropped",
        dropped_reason="x",
    )
    ids = [target(A).pk, target("600000000005").pk, 10**9]
    results = workflow.take_up_targets(case=second, targets=ids, actor=scenario.officer)
    assert [(result.ref, result.code) for result in results] == [
        (ids[0], "wrong-state"),
        (ids[1], "not-found"),
        (ids[2], "not-found"),
    ]


def test_what_is_told_of_a_target_is_the_same_in_sql_whatever_its_state_its_case_and_its_store(
    case_of,
):
    case = case_of(A, firm="HYS")
    told = set()
    for case_state in CaseState.values:
        put_into(Case.objects.filter(pk=case.pk), case_state, **MOMENTS)
        for state in TargetState.values:
            for official in (False, True):
                values = {
                    "is_official": official,
                    "dropped_reason": "重复",
                    "is_counted": state not in TARGET_STATES.counted(Counted.NEVER),
                }
                put_into(Target.objects, state, case=case, **values)
                found = Target.objects.annotate(told=TOLD).select_related("case").get()
                assert found.told == found.as_told, (case_state, state, official)
                assert found.as_told in Told.values or found.as_told == state
                assert (found.as_told in Told.values) == (
                    state in UNFINISHED and (official or case_state in ENDED_CASE)
                ), (case_state, state, official)
                told.add(str(found.as_told))
    assert told >= set(Told.values)
    put_into(Target.objects, "reported", case=None, is_official=False, is_counted=False)
    assert (
        Target.objects.annotate(told=TOLD).get().told
        == Target.objects.get().as_told
        == "reported"
    )


@pytest.mark.parametrize(
    ("case_state", "official", "word"),
    [
        ("transferred", False, "案件已移送"),
        ("withdrawn", False, "案件已结束"),
        ("disposing", True, "官方账号"),
    ],
)
def test_a_firm_is_not_told_that_a_letter_waits_where_none_can_be_written(
    case_of,
    represent,
    case_state,
    official,
    word,
):
    case = case_of(A, firm="HYS")
    own = case.complaints.get().sheet_import
    put_into(Case.objects.filter(pk=case.pk), case_state, **MOMENTS)
    Target.objects.update(case=case, is_official=official)
    client = represent("HYS")
    pages = [
        client.get(reverse(NAMED)),
        client.get(reverse("cases:import", args=[own.pk]) + "?show=all"),
        client.get(reverse("cases:import_rows", args=[own.pk])),
    ]
    for page in pages:
        text = page.getvalue().decode()
        assert word in text
    cells = pages[0].context["cells"]
    assert [(cell["value"], str(cell["label"])) for cell in cells[1:]] == [(1, word)]
    assert client.get(cells[1]["url"]).context["page"].total == 1
