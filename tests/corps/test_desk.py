"""The administrator's first page: what needs somebody, and the outbox that is let send again."""

from datetime import date

import pytest
from django.utils import timezone

from corps.models import AuditEntry, Holiday, Installation
from corps.workflow import note_sweep, quarantine_outbox


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def test_nothing_is_listed_when_nothing_needs_an_administrator(admin, monkeypatch):
    monkeypatch.setattr("corps.views.desk.today", lambda: date(2026, 5, 4))
    note_sweep()
    page = admin.get("/").content.decode()
    assert "暂无待办" in page or "没有" in page
    assert "已暂停" not in page
    assert "未运行" not in page


def test_a_stopped_sweep_and_a_year_without_its_table_are_named(admin, monkeypatch):
    monkeypatch.setattr("corps.views.desk.today", lambda: date(2026, 11, 4))
    page = admin.get("/").content.decode()
    assert "未运行" in page
    assert "2027 年工作日历尚未发布" in page
    Holiday.objects.filter(date__year=2027).update(is_provisional=False)
    assert "尚未发布" not in admin.get("/").content.decode()


def test_a_held_outbox_is_let_go_by_a_button_and_the_audit_knows_by_whom(admin, administrator):
    quarantine_outbox(actor=None, at=timezone.now())
    assert "邮件外发已暂停" in admin.get("/").content.decode()
    assert "已恢复外发" in admin.post("/outbox/release/", follow=True).content.decode()
    assert not Installation.objects.get().outbox_quarantined
    assert AuditEntry.objects.get(verb="outbox.released").actor == administrator


def test_each_role_counts_its_accounts_and_leads_to_them(admin, officer):
    page = admin.get("/").content.decode()
    assert '?role=officer&amp;closed=0">1</a>' in page
    found = admin.get("/users/", {"role": "officer", "closed": "0", "unit": str(officer.unit_id)}).content.decode()
    assert "officer</a>" in found
    assert officer.unit.name in found


def test_the_line_of_the_rail_that_is_the_first_page_is_marked(client, administrator, auditor):
    for person, line in ((administrator, 'href="/" aria-current="page"'), (auditor, 'href="/audit/" aria-current')):
        client.force_login(person)
        assert line in client.get("/").content.decode()
