"""The pages of cases and targets, and the home page, as each role meets them."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.filters import TALLY
from cases.home_needs import to_decide
from cases.models import Case, Complaint, ImportRow, SheetImport, Target
from cases.states import TargetState
from corps.deadlines.clock import today
from corps.models import AuditEntry, Deadline, User
from corps.ui import navigation
from firms.models import Representative
from listings.models import Listing
from notices import workflow as notices
from notices.models import Notice, NoticeItem
from stores.models import Store
from tests.home import entries_of, needs_of
from tests.notices.world import World, add_targets, answer, arrive, case_page, issue
from tests.put_into import put_into


def queries_of(client: Client, url: str) -> int:
    """How many statements a page takes, once everything that is remembered is."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def put_in_store(world: World, targets: list[Target], name: str) -> Store:
    store = Store.objects.create(
        platform=world.platform,
        canonical_id=f"10000{Store.objects.count()}",
        site="taobao",
        name=name,
        url="x",
    )
    Listing.objects.filter(target__in=targets).update(store=store)
    return store


def test_every_state_of_a_target_stands_in_the_strip():
    assert set(TALLY) == set(TargetState)


def test_a_case_costs_the_same_number_of_queries_for_five_targets_and_fifty(
    officer, world
):
    targets = add_targets(world, 5)
    put_in_store(world, targets, "店")
    issue(world, targets[:3])
    plain, grouped = (
        queries_of(officer, case_page(world)),
        queries_of(officer, case_page(world, "?group=store")),
    )
    more = add_targets(world, 45)
    put_in_store(world, more[:20], "另一店")
    issue(world, more[:30])
    assert queries_of(officer, case_page(world)) == plain
    assert queries_of(officer, case_page(world, "?group=store")) == grouped


def test_targets_come_by_deadline_with_the_notice_that_binds_them(officer, world):
    free, bound = add_targets(world, 2)
    (notice,) = issue(world, [bound])
    arrive(world, notice)
    rows = officer.get(case_page(world)).context["rows"]
    assert [row["pk"] for row in rows] == [bound.pk, free.pk]
    assert rows[0]["notice"] == notice.number
    assert rows[0]["due"]
    assert not rows[1]["due"]
    backwards = officer.get(case_page(world, "?sort=-due")).context["rows"]
    assert [row["pk"] for row in backwards] == [free.pk, bound.pk]


def test_pages_of_targets_go_on_by_key_in_every_order(officer, world):
    targets = add_targets(world, 60)
    issue(world, targets[:30])
    for sort in ("due", "-due", "state", "id", "-id"):
        first = officer.get(case_page(world, f"?sort={sort}")).context
        second = officer.get(case_page(world, first["page"].next)).context
        seen = [row["pk"] for context in (first, second) for row in context["rows"]]
        assert len(seen) == 60
        assert set(seen) == {target.pk for target in targets}


def test_counts_above_the_table_are_filters_that_keep_the_others(officer, world):
    targets = add_targets(world, 3)
    add_targets(world, 2, platform=world.other_platform)
    issue(world, targets[:1])
    context = officer.get(case_page(world, "?platform=taobao")).context
    cells = {cell["kind"]: cell for cell in context["cells"] if not cell.get("whole")}
    assert {kind: cell["value"] for kind, cell in cells.items()} == {
        "reported": 4,
        "noticed": 1,
    }
    assert context["page"].total == 3
    narrowed = officer.get(case_page(world, cells["reported"]["url"])).context
    assert narrowed["page"].total == 2


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("?kind=store", 1),
        ("?kind=listing", 3),
        ("?state=unfinished", 4),
        ("?state=verified", 0),
        ("?seen=gone", 0),
        ("?alleged=假冒", 1),
        ("?q=https://item.taobao.com/item.htm?id=600000000000%26spm=1", 1),
        ("?q=面膜", 1),
        ("?q=nothing-of-the-kind", 0),
        ("?platform=jd", 0),
    ],
)
def test_the_table_is_filtered_by_its_address(officer, world, query, matches):
    first, *_rest = add_targets(world, 3)
    add_targets(world, 1, kind="store")
    Target.objects.filter(pk=first.pk).update(alleged="假冒")
    Listing.objects.filter(pk=first.listing_id).update(title="面膜 5片")
    assert officer.get(case_page(world, query)).context["page"].total == matches


def test_targets_are_grouped_by_store_with_their_counts(officer, world):
    targets = add_targets(world, 4)
    store = put_in_store(world, targets[:3], "暖阳折扣店")
    issue(world, targets[:1])
    context = officer.get(case_page(world, "?group=store")).context
    assert [row["store_key"] for row in context["rows"]] == [*[store.pk] * 3, 0]
    counts = [
        (str(label), count) for label, count, _against in context["groups"][store.pk]
    ]
    assert counts == [
        (str(TargetState.REPORTED.label), "2"),
        (str(TargetState.NOTICED.label), "1"),
    ]
    assert (
        officer.get(case_page(world, f"?store={store.pk}")).context["page"].total == 3
    )


def test_what_is_seen_against_a_claim_stands_out(officer, world):
    (target,) = add_targets(world, 1)
    (notice,) = issue(world)
    answer(world, notice)
    Target.objects.filter(pk=target.pk).update(seen="live", seen_at=notice.issued_at)
    row = officer.get(case_page(world)).context["rows"][0]
    assert "red" in row["seen_class"]
    assert (
        officer.get(reverse("cases:target", args=[target.pk]))
        .context["truths"]
        .contradiction
        == "seen"
    )


def act(client: Client, world: World, query: str = "", **said: object):
    return client.post(
        reverse("cases:targets_act", args=[world.case.number]) + query, said
    )


def test_dropping_many_gives_a_result_for_each(officer, world):
    free, bound = add_targets(world, 2)
    issue(world, [bound])
    page = act(officer, world, ids=[free.pk, bound.pk], act="drop", reason="重复")
    assert [(result.ref, result.ok) for result in page.context["results"]] == [
        (free.pk, True),
        (bound.pk, False),
    ]
    free.refresh_from_db()
    assert (free.state, free.dropped_reason) == ("dropped", "重复")


def test_dropping_without_a_reason_is_refused(officer, world):
    (target,) = add_targets(world, 1)
    answered = act(officer, world, ids=[target.pk], act="drop", reason=" ")
    assert answered.status_code == 302
    target.refresh_from_db()
    assert target.state == "reported"


def test_a_ground_is_given_to_all_that_match_and_taken_back(officer, world):
    add_targets(world, 3)
    add_targets(world, 2, platform=world.other_platform)
    act(officer, world, "?platform=jd", all_matching="1", ground="no_licence")
    assert Target.objects.filter(ground__code="no_licence").count() == 2
    act(officer, world, "?platform=jd", all_matching="1", ground="none")
    assert not Target.objects.filter(ground__isnull=False).exists()


def test_targets_of_another_case_are_not_touched_from_here(officer, world):
    (target,) = add_targets(world, 1)
    other = Case.objects.create(
        number="C2026-000002", title="另案", firm=world.firm, unit=world.case.unit, opened_by=world.officer,
        opened_at=world.case.opened_at,
    )  # fmt: skip
    Target.objects.filter(pk=target.pk).update(case=other)
    act(officer, world, ids=[target.pk], act="drop", reason="x")
    target.refresh_from_db()
    assert target.state == "reported"


def test_notices_are_drafted_of_the_selected_or_of_all_that_match(officer, world):
    first, *rest = add_targets(world, 3)
    add_targets(world, 2, platform=world.other_platform)
    draft = reverse("notices:draft", args=[world.case.number])
    officer.post(draft, {"ids": first.pk})
    assert NoticeItem.objects.count() == 1
    officer.post(draft + "?platform=jd", {"all_matching": "1", "ids": rest[0].pk})
    assert Notice.objects.filter(platform=world.other_platform).get().items.count() == 2
    assert not NoticeItem.objects.filter(target__in=rest).exists()


def test_the_timeline_is_in_words_and_tells_of_many_things_once(officer, world):
    add_targets(world, 30)
    issue(world)
    days = officer.get(case_page(world, "?tab=timeline")).context["days"]
    lines = [line for _day, lot in days for line in lot]
    assert {entry.verb for entry in AuditEntry.objects.in_thread(world.case.thread)} - {
        "notice.issued"
    }
    assert not [line for line in lines if "." in str(line.text)], (
        "every act has its words"
    )
    assert {line.url for line in lines if line.link} == {
        Notice.objects.get().get_absolute_url()
    }
    assert all(
        line.strong or line.link for line in lines if "邮件" in str(line.text)
    ), "a mail says which"
    apart = officer.get(case_page(world, "?tab=timeline&verb=target.")).context["days"]
    assert [len(lot) for _day, lot in apart] == [1]
    assert "30" in apart[0][1][0].each


def test_an_empty_note_is_refused_beside_its_field(officer, world):
    page = officer.post(
        reverse("cases:case_act", args=[world.case.number]),
        {"act": "note", "text": "  "},
    )
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["text"]


def test_a_note_is_kept(officer, world):
    officer.post(
        reverse("cases:case_act", args=[world.case.number]),
        {"act": "note", "text": "已电话联系平台"},
    )
    page = officer.get(case_page(world, "?tab=notes")).content.decode()
    assert "已电话联系平台" in page


@pytest.mark.parametrize(
    "address",
    [
        "/cases/?state=archived&firm=CXT",
        "/cases/complaints/?state=closed&firm=CXT",
        "/stores/?platform=jd&q=nothing",
        "/listings/?platform=jd&q=nothing",
        "/listings/official/?platform=jd&firm=CXT",
    ],
)
def test_a_filter_that_leaves_nothing_can_be_taken_away(officer, address):
    page = officer.get(address).content.decode()
    assert '<a class="btn" href="?">' in page


def test_every_tab_of_a_case_opens_and_no_other(officer, world):
    for tab in ("targets", "complaints", "notices", "notes", "timeline"):
        assert officer.get(case_page(world, f"?tab={tab}")).status_code == 200
    assert officer.get(case_page(world, "?tab=nonsense")).status_code == 400
    assert (
        officer.get(
            reverse("cases:case_change", args=[world.case.number, "nonsense"])
        ).status_code
        == 404
    )


def test_another_units_officer_finds_neither_case_nor_targets(client, world):
    (target,) = add_targets(world, 1)
    client.force_login(world.stranger)
    number = world.case.number
    for url in (case_page(world), reverse("cases:target", args=[target.pk])):
        assert client.get(url).status_code == 404
    for name, args in (
        ("case_act", [number]),
        ("targets_act", [number]),
        ("case_change", [number, "ground"]),
    ):
        assert (
            client.post(
                reverse(f"cases:{name}", args=args), {"act": "note"}
            ).status_code
            == 404
        )
    assert not client.get(reverse("cases:list")).context["rows"]


def test_the_list_of_cases_counts_its_targets_and_costs_no_query_for_each(
    officer, world
):
    add_targets(world, 3)
    before = queries_of(officer, reverse("cases:list"))
    for number in range(2, 12):
        case = Case.objects.create(
            number=f"C2026-00{number:04}", title="案", firm=world.firm, unit=world.case.unit, opened_by=world.officer,
            opened_at=world.case.opened_at,
        )  # fmt: skip
        Target.objects.filter(
            pk__in=[target.pk for target in add_targets(world, 1)]
        ).update(case=case)
    assert queries_of(officer, reverse("cases:list")) == before
    rows = {
        case.number: counts
        for case, counts in officer.get(reverse("cases:list")).context["rows"]
    }
    assert rows[world.case.number]["total"] == 3
    assert len(officer.get(reverse("cases:list") + "?mine=1").context["rows"]) == 0
    assert len(officer.get(reverse("cases:list") + "?state=filed").context["rows"]) == 1


def judge(world: World, notice: Notice, seen: str) -> None:
    ids = list(notice.items.filter(state="claimed").values_list("pk", flat=True))
    notices.verify_items(items=ids, seen=seen, actor=world.officer2)


def test_a_target_shows_its_history_and_why_it_counts(officer, world):
    (target,) = add_targets(world, 1)
    (notice,) = issue(world)
    answer(world, notice)
    judge(world, notice, "live")
    answer(world, notice)
    judge(world, notice, "gone")
    context = officer.get(reverse("cases:target", args=[target.pk])).context
    assert {part: count for part, _label, count in context["history"].parts} == {
        "": 6,
        "answer": 2,
        "check": 2,
        "notice": 1,
    }
    counting = context["counting"]
    assert (counting.sum, counting.why_not, len(counting.ledger)) == (1, "", 1)
    assert [name for name, _value, _url in counting.proofs][-1]
    only = officer.get(
        reverse("cases:target", args=[target.pk]) + "?story=check"
    ).context
    assert sum(len(lot) for _day, lot in only["history"].days) == 2
    assert "2" in str(context["truths"].claimed["lines"])


def test_a_target_that_counts_nothing_says_why(officer, world):
    official, gone = add_targets(world, 2)
    Target.objects.filter(pk=official.pk).update(is_official=True)
    (notice,) = issue(world, [gone])
    answer(world, notice, "already_gone")
    judge(world, notice, "gone")
    pages = [
        officer.get(reverse("cases:target", args=[pk])).context
        for pk in (official.pk, gone.pk)
    ]
    official_counting, gone_counting = (page["counting"] for page in pages)
    assert official_counting.why_not
    assert gone_counting.why_not
    assert official_counting.why_not != gone_counting.why_not


def test_a_target_page_costs_the_same_whatever_happened_to_it(officer, world):
    (target,) = add_targets(world, 1)
    (notice,) = issue(world)
    answer(world, notice)
    url = reverse("cases:target", args=[target.pk])
    before = queries_of(officer, url)
    for _round in range(3):
        judge(world, notice, "live")
        answer(world, notice)
    assert queries_of(officer, url) == before


def test_the_home_page_sorts_what_waits_by_its_day(officer, world, settings):
    settings.SESSION_IDLE_MINUTES = 0
    first, second = (
        add_targets(world, 1),
        add_targets(world, 1, platform=world.other_platform),
    )
    (open_notice,), (answered,) = issue(world, first), issue(world, second)
    arrive(world, open_notice)
    answer(world, answered)
    add_targets(world, 1)
    composed = notices.compose_notices(case=world.case, actor=world.officer)
    notices.submit_notice(notice=composed.notices[0], actor=world.officer)
    complaint = Complaint.objects.create(
        number="T2026-000001", firm=world.firm, subject="清单", received_on="2026-03-17", submitted_by=world.officer,
        submitted_at=world.case.opened_at,
    )  # fmt: skip
    found = entries_of(world.officer)
    assert [entry.subject.url for entry in found["later"]] == [
        complaint.get_absolute_url()
    ]
    [entry] = found["waiting"]
    days = [need.due for need in entry.needs]
    assert (len(days), entry.subject.url) == (3, case_page(world))
    assert open_notice_due(open_notice) in days
    assert entry.due == min(day for day in days if day is not None)
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        [entry] = entries_of(world.officer)["overdue"]
        assert entry.verb[0] == "催办"
        assert any(
            need.url.startswith(open_notice.get_absolute_url()) for need in entry.needs
        )


def open_notice_due(notice: Notice) -> date:
    notice.refresh_from_db()
    return notice.reply_due_on


def test_the_first_thing_to_do_alone_has_the_filled_verb(officer, world, settings):
    settings.SESSION_IDLE_MINUTES = 0
    add_targets(world, 1)
    [notice] = issue(world)
    arrive(world, notice)
    filled = b"btn-sm btn-primary"
    assert filled not in officer.get("/").content
    with time_machine.travel(timezone.now() + timedelta(days=12), tick=False):
        officer.force_login(world.officer)
        assert officer.get("/").content.count(filled) == 1


def test_the_home_page_shows_nothing_of_other_units(world):
    add_targets(world, 1)
    issue(world)
    assert not any(entries_of(world.stranger).values())


def test_the_home_page_costs_the_same_number_of_queries_for_one_notice_and_five(
    officer, world
):
    add_targets(world, 1)
    issue(world)
    before = queries_of(officer, "/")
    for _time in range(4):
        add_targets(world, 1)
        issue(world)
    assert queries_of(officer, "/") == before


def test_a_representative_sees_the_own_firms_progress_and_no_page_of_the_corps(
    client, world
):
    (target,) = add_targets(world, 1)
    complaint = Complaint.objects.create(
        number="T2026-000001", firm=world.firm, subject="清单", received_on="2026-03-17", submitted_by=world.officer,
        submitted_at=world.case.opened_at, state="in_case", case=world.case,
    )  # fmt: skip
    sheet = SheetImport.objects.create(
        complaint=complaint, started_by=world.officer, at=world.case.opened_at
    )
    ImportRow.objects.create(
        sheet_import=sheet,
        row=1,
        result="new",
        target=target,
        registered_at=world.case.opened_at,
    )
    person = User.objects.create(username="firm-CXT", name="CXT", role="representative")
    Representative.objects.create(user=person, firm=world.firm)
    client.force_login(person)
    page = client.get("/")
    assert [(cell["kind"], cell["value"]) for cell in page.context["cells"]] == [
        ("grey", 1),
        ("reported", 1),
    ]
    assert world.case.title not in page.content.decode()
    for url in (
        case_page(world),
        reverse("cases:target", args=[target.pk]),
        reverse("cases:list"),
    ):
        assert client.get(url).status_code == 404


def test_a_case_is_opened_of_accepted_complaints_of_one_firm(officer, world):
    make: Callable[..., Complaint] = lambda number, state: Complaint.objects.create(  # noqa: E731
        number=number, firm=world.firm, subject="清单", received_on="2026-03-17", submitted_by=world.officer,
        submitted_at=world.case.opened_at, state=state,
    )  # fmt: skip
    Case.objects.filter(pk=world.case.pk).update(number="C2026-000009")
    make("T2026-000001", "accepted")
    make("T2026-000002", "received")
    address = reverse("cases:case_new")
    assert officer.get(address + "?complaint=T2026-000002").status_code == 302
    form = {
        "title": "另一系列案",
        "complaint": "T2026-000001",
        "lead": world.officer.pk,
        "second": world.officer.pk,
    }
    refused = officer.post(address, form)
    assert refused.status_code == 200
    assert refused.context["form"].errors
    officer.post(address, form | {"second": world.officer2.pk})
    assert (
        Case.objects.get(title="另一系列案").complaints.get().number == "T2026-000001"
    )


def test_complaints_are_taken_into_an_open_case_of_their_firm(officer, world):
    complaint = Complaint.objects.create(
        number="T2026-000001", firm=world.firm, subject="清单", received_on="2026-03-17", submitted_by=world.officer,
        submitted_at=world.case.opened_at, state="accepted",
    )  # fmt: skip
    address = reverse("cases:case_new")
    assert (
        world.case
        in officer.get(address + f"?complaint={complaint.number}")
        .context["into"]
        .fields["case"]
        .queryset
    )
    answered = officer.post(
        address, {"complaint": complaint.number, "case": world.case.pk}
    )
    assert answered.headers["Location"] == world.case.get_absolute_url()
    complaint.refresh_from_db()
    assert (complaint.state, complaint.case) == ("in_case", world.case)


def test_who_may_file_is_told_of_leads_on_the_first_page_and_led_to_exactly_them(
    client, world
):
    chief = User.objects.create(
        username="chief", name="chief", role="supervisor", unit=world.case.unit, duties=["head_of_department"],
        password="!",
    )  # fmt: skip
    leads = [
        Case.objects.create(
            number=f"C2026-00000{number}", title="线索", firm=world.firm, unit=world.case.unit, opened_by=opener,
            opened_at=world.case.opened_at,
        )
        for number, opener in ((2, world.officer), (3, world.officer2), (4, chief))
    ]  # fmt: skip
    client.force_login(chief)
    owed = [need for need in needs_of(chief) if need.is_own]
    assert {need.subject[1] for need in owed} == {lead.pk for lead in leads[:2]}
    for need in owed:
        assert client.get(need.act).context["lead"].pk == need.subject[1]
    assert not [need for need in needs_of(world.supervisor) if need.is_own]


def test_counting_the_leads_takes_one_statement(
    client, world, django_assert_num_queries
):
    world.supervisor.duties = ["head_of_department"]
    world.supervisor.save()
    put_into(Case.objects.filter(pk=world.case.pk), "lead", filed_at=None)
    with django_assert_num_queries(1):
        assert len(list(to_decide(world.supervisor))) == 1


def test_a_number_that_is_none_opens_no_case(officer):
    """A form with files is not looked through for null characters: its fields are, where they are read."""
    assert (
        officer.post(reverse("cases:case_new"), {"complaint": "a\x00b"}).status_code
        < 500
    )


def test_the_numbers_of_the_sidebar_lead_to_what_they_count(officer, world):
    Case.objects.create(
        number="C2026-000009", title="案", firm=world.firm, unit=world.case.unit, opened_by=world.officer,
        opened_at=world.case.opened_at, state="withdrawn",
    )  # fmt: skip
    add_targets(world, 2)
    issue(world)
    navigation.forget_counts(world.officer)
    page = officer.get(reverse("cases:list")).content.decode()
    shown = r'<a class="waits" href="([^"]+)">.*?<span data-waits>([0-9,]+)</span>'
    links = re.findall(shown, page, re.DOTALL)
    assert {link for link, _count in links} == {
        "/cases/?state=open",
        "/notices/?state=issued",
    }
    for link, count in links:
        assert officer.get(link).context["page"].total == int(count) == 1
    assert officer.get("/cases/complaints/?state=open").context["page"].rows == []
    assert officer.get("/notices/objections/?state=open").status_code == 200
    assert officer.get("/notices/deliveries/?state=open").context["page"].rows == []


@pytest.mark.parametrize(
    ("state", "label"), [("transferred", "已移送"), ("withdrawn", "已撤销")]
)
def test_a_case_that_left_has_no_period_to_keep(officer, world, state, label):
    world.case.handling_deadline = Deadline.objects.ensure("CB", today())
    world.case.save(update_fields=["handling_deadline"])
    page = officer.get(world.case.get_absolute_url())
    assert "办案" in [str(clock["label"]) for clock in page.context["clocks"]]
    world.case.state = state
    world.case.save(update_fields=["state"])
    page = officer.get(world.case.get_absolute_url())
    assert "办案" not in [str(clock["label"]) for clock in page.context["clocks"]]
    assert f">{label}</span>" in page.content.decode()
