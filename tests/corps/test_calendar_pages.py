"""The administrator's calendar: its years, reading a pasted table, looking at what it moves, publishing it."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from corps.deadlines.calendar import Day, Kind
from corps.deadlines.holiday_tables import TableFaults, read_table, write_table
from corps.models import AuditEntry, Deadline, Holiday

TABLE = """date\tkind\tname\tstatus
2027-01-01..2027-01-03\trest\t元旦\tpublished
2027-02-05..2027-02-12,休,春节
2027-02-14  班  春节
"""
URL = "/calendar/2027/publish/"


@pytest.fixture(autouse=True)
def autumn(monkeypatch):
    """Whenever this runs, the next year is 2027."""
    monkeypatch.setattr("corps.views.calendar.today", lambda: date(2026, 11, 24))


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def deadline(db) -> Deadline:
    """Runs over the Spring Festival of 2027, of which only a part was assumed."""
    return Deadline.objects.ensure("HC", date(2027, 1, 25))


def test_a_table_may_be_pasted_in_many_looks():
    days = read_table(TABLE)
    assert len(days) == 3 + 8 + 1
    assert days[0] == Day(date(2027, 1, 1), Kind.REST, "New Year's Day")
    assert days[-1] == Day(date(2027, 2, 14), Kind.WORK, "Spring Festival")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2027-02-30\trest\t春节", "2027-02-30"),
        ("2027-02-05\tholiday\t春节", "holiday"),
        ("2027-02-05\trest", "缺少节日名称"),
        ("2027-02-05\trest\t春节\tmaybe", "maybe"),
        ("2027-02-12..2027-02-05\trest\t春节", "前后颠倒"),
        ("2027-01-01..2027-12-31\trest\t春节", "超过一个月"),
        ("x", "类别"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_by_its_number(line, said):
    with pytest.raises(TableFaults) as found:
        read_table(f"2027-01-01\trest\t元旦\n{line}\n")
    assert [(number, said in words) for number, words in found.value.faults] == [
        (2, True)
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_the_page_offers_to_change_reads_back_as_it_was(language):
    days = read_table(TABLE)
    with override(language):
        assert read_table(write_table(days)) == days
        assert ("休\t元旦" in write_table(days)) == (language == "zh-hans")
        assert read_table(write_table(days).replace("\t", " ")) == days


def test_a_day_that_stands_twice_and_a_table_without_end_are_refused():
    with pytest.raises(TableFaults, match="1 faults"):
        read_table("2027-02-05..2027-02-12\trest\t春节\n2027-02-07\twork\t春节")
    with pytest.raises(TableFaults, match="1 faults"):
        read_table("\n" * 5000)


def test_years_are_listed_with_their_state(admin):
    page = admin.get("/calendar/").content.decode()
    assert page.index("2027") < page.index("2026")
    assert "暂定" in page
    assert "已发布" in page
    year = admin.get("/calendar/2026/").content.decode()
    assert "15–23</span> 春节" in year
    assert "该年还没有表格" in admin.get("/calendar/2031/").content.decode()
    assert admin.get("/calendar/1931/").status_code == 404


def test_looking_counts_what_moves_and_writes_nothing(admin, deadline):
    before = list(Holiday.objects.values_list())
    page = admin.post(
        URL, {"table": TABLE, "source": "国办发明电〔2026〕7号"}
    ).content.decode()
    assert "1 个未到期的期限变动" in page
    assert "发布并变动 1 个期限" in page
    assert list(Holiday.objects.values_list()) == before
    assert Deadline.objects.get().due_on == deadline.due_on
    assert not AuditEntry.objects.filter(verb="calendar.published").exists()


def test_publishing_writes_the_table_moves_the_deadline_and_is_in_the_audit(
    admin, administrator, deadline
):
    form = {"table": TABLE, "source": "国办发明电〔2026〕7号", "publish": "1"}
    answer = admin.post(URL, form, follow=True)
    assert "2027 年日历已发布，1 个期限随之变动" in answer.content.decode()
    moved = Deadline.objects.get()
    assert moved.due_on > deadline.due_on
    assert not moved.is_provisional
    entry = AuditEntry.objects.get(verb="calendar.published")
    assert (entry.actor, entry.detail["year"], entry.detail["moved"]) == (
        administrator,
        2027,
        1,
    )


def test_a_table_that_was_published_meanwhile_is_not_replaced_unseen(admin):
    form = {"table": TABLE, "source": "国办", "publish": "1"}
    admin.post(URL, form)
    assert "已发布" in admin.post(URL, form | {"source": "other"}).content.decode()
    assert set(
        Holiday.objects.filter(date__year=2027).values_list("source", flat=True)
    ) == {"国办"}
    admin.post(URL, form | {"source": "other", "replace": "1"})
    assert set(
        Holiday.objects.filter(date__year=2027).values_list("source", flat=True)
    ) == {"other"}


def test_faults_stand_beside_the_table_with_their_lines(admin):
    page = admin.post(
        URL, {"table": "2027-02-30\trest\t春节\nx", "source": "国办"}
    ).content.decode()
    assert "第 1 行" in page
    assert "第 2 行" in page
    assert "2027-02-30" in page
    other = admin.post(
        URL, {"table": "2029-02-01\trest\t春节", "source": "国办"}
    ).content.decode()
    assert 'role="alert"' in other


def test_a_file_is_read_like_a_paste_and_bytes_that_are_no_text_are_refused(admin):
    table = SimpleUploadedFile("2027.tsv", ("\ufeff" + TABLE).encode())
    page = admin.post(URL, {"file": table, "source": "国办"}).content.decode()
    assert "发布 </button>" in " ".join(page.split())
    odd = SimpleUploadedFile("2027.xlsx", b"PK\x03\x04\xff\xfe")
    assert (
        "不是 UTF-8"
        in admin.post(URL, {"file": odd, "source": "国办"}).content.decode()
    )


def test_going_back_from_the_preview_keeps_what_was_typed(admin):
    page = admin.post(
        URL, {"table": TABLE, "source": "国办", "edit": "1"}
    ).content.decode()
    assert "2027-02-14  班  春节" in page
    assert "查看变动" in page
