"""Pages of `corps`: administrators' accounts and units, notifications, the auditor's list."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from corps.audit.recording import entry, record, record_many
from corps.models import ApiKey, AuditEntry, Notification, Unit, User
from corps.workflow import notify, seal_audit
from tests.corps.conftest import NOW, PASSWORD


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def test_an_administrator_makes_an_account_and_sees_its_password_once(
    admin, unit, client, officer
):
    page = admin.post(
        "/new-account/supervisor/",
        {
            "username": "zhou",
            "name": "周航",
            "unit": unit.pk,
            "duties": ["reviewer"],
            "email": "z@corps.example",
        },
    )
    password = re.search(r'id="secret"[^>]*>([^<]+)<', page.content.decode())[1]
    assert "no-store" in page.headers["Cache-Control"]
    assert "作废" not in page.content.decode()
    user = User.objects.get(username="zhou")
    assert (user.role, user.duties, user.unit) == ("supervisor", ["reviewer"], unit)
    assert (
        "接口密钥已全部作废" in admin.post("/users/officer/password/").content.decode()
    )
    client.logout()
    assert client.login(username="zhou", password=password)


def test_a_refused_account_comes_back_with_what_was_typed_and_the_place_of_the_fault(
    admin, unit
):
    page = admin.post(
        "/new-account/officer/", {"username": "周航", "name": "周航", "unit": unit.pk}
    ).content.decode()
    assert 'value="周航"' in page
    assert 'aria-invalid="true"' in page
    assert not User.objects.filter(name="周航").exists()


def test_a_refused_form_puts_the_cursor_into_the_first_field_that_is_wrong(admin, unit):
    said = {"username": "zhou", "name": "", "unit": "", "email": "nowhere"}
    page = admin.post("/new-account/officer/", said).content.decode()
    assert re.findall(r'name="(\w+)"[^>]*autofocus', page) == ["name"]


def test_an_administrator_changes_closes_and_reopens_an_account(admin, officer, unit):
    other = Unit.objects.create(name="二支队", path="/0/")
    admin.post(
        "/users/officer/",
        {
            "name": "王敏",
            "role": "supervisor",
            "unit": other.pk,
            "duties": ["head_of_unit"],
        },
    )
    officer.refresh_from_db()
    assert (officer.name, officer.role, officer.unit, officer.duties) == (
        "王敏",
        "supervisor",
        other,
        ["head_of_unit"],
    )
    admin.post("/users/officer/close/")
    officer.refresh_from_db()
    assert not officer.is_active
    admin.post("/users/officer/reopen/")
    officer.refresh_from_db()
    assert officer.is_active


def test_an_administrator_makes_and_revokes_a_key_that_is_shown_once(admin, officer):
    page = admin.post("/users/officer/keys/").content.decode()
    shown = re.search(r'id="secret"[^>]*>([^<]+)<', page)[1]
    assert shown not in admin.get("/users/officer/").content.decode()
    admin.post(f"/users/officer/keys/{ApiKey.objects.get().pk}/revoke/")
    assert ApiKey.objects.get().revoked_at is not None


def test_an_administrator_resets_a_password(admin, officer, client):
    page = admin.post("/users/officer/password/").content.decode()
    password = re.search(r'id="secret"[^>]*>([^<]+)<', page)[1]
    client.logout()
    assert not client.login(username="officer", password=PASSWORD)
    assert client.login(username="officer", password=password)


def test_the_list_of_accounts_is_filtered_and_costs_the_same_for_one_and_for_fifty(
    admin, officer, unit, django_assert_max_num_queries
):
    assert (
        "Officer" in admin.get("/users/?role=officer&q=OFF&closed=0").content.decode()
    )
    assert "Officer" not in admin.get("/users/?role=auditor").content.decode()
    User.objects.bulk_create(
        User(username=f"u{n}", name=f"U{n}", role="officer", unit=unit)
        for n in range(60)
    )
    with django_assert_max_num_queries(7):
        admin.get("/users/")


def test_units_are_made_and_moved_on_their_page(admin, unit):
    admin.post("/units/", {"name": "二支队", "parent": unit.pk})
    second = Unit.objects.get(name="二支队")
    assert second.path == f"{unit.path}{second.pk}/"
    refused = admin.post(
        f"/units/{unit.pk}/", {"name": unit.name, "parent": second.pk}
    ).content.decode()
    assert "机构不能隶属于自身的下级" in refused or "below itself" in refused
    admin.post(f"/units/{second.pk}/", {"name": "三支队", "parent": ""})
    second.refresh_from_db()
    assert (second.name, second.path) == ("三支队", f"/{second.pk}/")


def test_a_person_sees_their_own_notifications_and_marks_them_read(
    client, officer, auditor
):
    notify(officer, "Import 7 is done.", "/cases/")
    notify(auditor, "Not yours.")
    client.force_login(officer)
    page = client.get("/notifications/").content.decode()
    assert "Import 7 is done." in page
    assert "Not yours." not in page
    client.post("/notifications/read/")
    assert Notification.objects.filter(read_at=None).count() == 1


def test_the_auditor_reads_everything_filters_it_and_pages_by_key(
    client, auditor, officer
):
    record_many(
        entry(officer, "thing.done", officer, at=NOW, turn=turn) for turn in range(60)
    )
    record(None, "case.opened", None, at=NOW)
    client.force_login(auditor)
    page = client.get(
        "/audit/",
        {"verb": "thing.", "actor": "officer", "from": f"{timezone.localdate()}"},
    )
    text = page.content.decode()
    assert text.count("thing.done</td>") == 50
    assert "开案</td>" not in text
    further = re.search(r'rel="next" href="([^"]+)"', text)[1].replace("&amp;", "&")
    assert client.get(f"/audit/{further}").content.decode().count("<td data-label") > 0


def test_the_audit_is_told_in_words_with_a_link_to_all_about_the_same_thing(
    client, auditor, officer, unit
):
    change = {
        "before": {"role": "officer", "unit_id": unit.pk},
        "after": {"role": "supervisor", "unit_id": unit.pk},
    }
    record(auditor, "account.changed", officer, at=NOW, **change, also=["phone"])
    record(auditor, "account.closed", auditor, at=NOW)
    client.force_login(auditor)
    text = client.get(
        "/audit/", {"subject": "corps.user", "id": str(officer.pk)}
    ).content.decode()
    assert (
        f'<a href="?subject=corps.user&amp;id={officer.pk}">Officer officer</a>' in text
    )
    for words in (
        "修改账号</td>",
        "执法人员 → 负责人",
        "执法一支队 → 执法一支队",
        "电话",
        "对象: Officer officer",
    ):
        assert words.replace(": ", "：") in text.replace(": ", "：")
    assert "停用账号</td>" not in text


def test_telling_the_audit_costs_as_much_for_fifty_entries_as_for_one(
    client, auditor, settings
):
    settings.SIDEBAR_COUNT_SECONDS = 0
    people = User.objects.bulk_create(
        User(username=f"l{turn}", name="L", role="liaison") for turn in range(50)
    )
    client.force_login(auditor)
    record(auditor, "account.changed", auditor, at=NOW)
    client.get("/audit/")
    with CaptureQueriesContext(connection) as one:
        client.get("/audit/")
    record_many(entry(auditor, "account.changed", person, at=NOW) for person in people)
    with CaptureQueriesContext(connection) as fifty:
        client.get("/audit/")
    assert len(fifty) == len(one)


@pytest.mark.django_db(transaction=True)
def test_the_auditor_checks_the_seals_by_a_button(client, auditor):
    seal_audit()
    client.force_login(auditor)
    page = client.post("/audit/verify/", follow=True).content.decode()
    assert "k-green" in page
    assert AuditEntry.objects.filter(verb="audit.checked", actor=auditor).exists()


def test_what_is_not_there_is_a_page_and_for_programs_a_problem(client, officer):
    client.force_login(officer)
    assert client.get("/nothing-here/").status_code == 404
    assert b"<html" in client.get("/nothing-here/").content
    assert (
        client.get("/api/v1/nothing-here/").headers["Content-Type"]
        == "application/problem+json"
    )


def test_correcting_a_holiday_in_the_admin_goes_through_the_workflow(admin):
    answer = admin.post(
        "/admin/corps/holiday/add/",
        {"date": "2027-03-01", "kind": "rest", "name": "Day", "source": ""},
    )
    assert answer.status_code == 302
    assert (
        AuditEntry.objects.get(verb="calendar.corrected").detail["date"] == "2027-03-01"
    )


def test_the_admin_shows_only_the_houses_own_reference_data(admin):
    page = admin.get("/admin/").content.decode()
    assert "/admin/corps/holiday/" in page
    assert "/admin/corps/user/" not in page
    assert (
        "mark.svg" in page
    )  # or every browser asks for /favicon.ico, which is not there
    assert "/admin/auth/" not in page


def test_a_request_is_logged_once_with_its_address_and_not_the_one_it_claims(
    db, client, caplog
):
    client.get(
        "/accounts/login/",
        headers={"X-Forwarded-For": "203.0.113.77"},
        REMOTE_ADDR="198.51.100.4",
    )
    [line] = [
        record.msg
        for record in caplog.records
        if record.name.startswith("django_structlog")
    ]
    assert (line["event"], line["ip"]) == ("request_finished", "198.51.100.4")
