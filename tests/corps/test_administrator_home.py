"""The administrator's first page: what needs somebody, and the outbox that is let send again."""

from datetime import date

import pytest
from django.utils import timezone

from corps.models import AuditEntry, Holiday, Installation
from corps.monitoring.checks import database_is_ones_own, settings_are_ones_own
from corps.monitoring.first_steps import first_steps
from corps.workflow import note_mail_test, note_sweep, quarantine_outbox


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


def test_nothing_is_listed_when_nothing_needs_an_administrator(admin, monkeypatch):
    monkeypatch.setattr(
        "corps.views.administrator_home.today", lambda: date(2026, 5, 4)
    )
    note_sweep()
    page = admin.get("/").content.decode()
    assert "暂无待办" in page or "没有" in page
    assert "已暂停" not in page
    assert "未运行" not in page


def test_a_stopped_sweep_and_a_year_without_its_table_are_named(admin, monkeypatch):
    monkeypatch.setattr(
        "corps.views.administrator_home.today", lambda: date(2026, 11, 4)
    )
    page = admin.get("/").content.decode()
    assert "未运行" in page
    assert "2027 年工作日历尚未发布" in page
    Holiday.objects.filter(date__year=2027).update(is_provisional=False)
    assert "尚未发布" not in admin.get("/").content.decode()


def test_a_held_outbox_is_let_go_by_a_button_and_the_audit_knows_by_whom(
    admin, administrator
):
    quarantine_outbox(actor=None, at=timezone.now())
    assert "邮件外发已暂停" in admin.get("/").content.decode()
    assert "已恢复外发" in admin.post("/outbox/release/", follow=True).content.decode()
    assert not Installation.objects.get().outbox_quarantined
    assert AuditEntry.objects.get(verb="outbox.released").actor == administrator


def test_each_role_counts_its_accounts_and_leads_to_them(admin, officer):
    page = admin.get("/").content.decode()
    assert '?role=officer&amp;closed=0">1</a>' in page
    found = admin.get(
        "/users/", {"role": "officer", "closed": "0", "unit": str(officer.unit_id)}
    ).content.decode()
    assert "officer</a>" in found
    assert officer.unit.name in found


def test_the_line_of_the_rail_that_is_the_first_page_is_marked(
    client, administrator, auditor
):
    for person, line in (
        (administrator, 'href="/" aria-current="page"'),
        (auditor, 'href="/audit/" aria-current'),
    ):
        client.force_login(person)
        assert line in client.get("/").content.decode()


def test_the_first_days_list_ticks_itself_and_is_gone_in_a_demonstration(
    admin, account, settings
):
    def left() -> list[str]:
        return [str(step.text) for step in first_steps() if not step.is_done]

    before = len(left())
    assert "第一天要做的事" in admin.get("/").content.decode()
    account("officer", "one")
    assert len(left()) == before
    account("officer", "two")
    assert len(left()) == before - 1
    account("supervisor", duties=["head_of_department"])
    assert len(left()) == before - 3
    note_mail_test(
        recipient="a@corps.test", answer="250 OK", was_taken=True, at=timezone.now()
    )
    assert len(left()) == before - 4
    Installation.objects.update(demonstration="loaded")
    assert "第一天要做的事" not in admin.get("/").content.decode()


def test_what_is_still_as_shipped_is_told_to_the_administrator_and_by_the_check(
    admin, settings
):
    settings.SITE_URL, settings.HAS_MAIL_SERVER = "https://corps.hangzhou.gov.cn", False
    settings.DATABASE_IS_OWN, settings.SECRET_KEY_IS_GIVEN = True, False
    Installation.objects.update(demonstration="loaded")
    page = admin.get("/").content.decode()
    found = {
        warning.id
        for warning in [*settings_are_ones_own(None), *database_is_ones_own(None)]
    }
    told = {
        "MAIL_FROM": "W003",
        "MESSAGE_ID_DOMAIN": "W004",
        "SECRET_KEY": "W005",
        "EMAIL_URL": "W006",
    }
    told |= {
        "ALLOWED_HOSTS": "W007",
        "ORGANISATION": "W008",
        "DOCUMENT_PREFIX": "W009",
        "DEMO": "W010",
    }
    assert found == {f"corps.{code}" for code in told.values()}
    assert [name for name in told if f"<code>{name}</code>" not in page] == []
    assert "<code>SITE_URL</code>" not in page
    hints = {
        warning.hint
        for warning in database_is_ones_own(None)
        if warning.id == "corps.W008"
    }
    assert [
        hint
        for hint in hints
        if "https://corps.hangzhou.gov.cn/organisation/" in hint
        and "ORGANISATION" in hint
    ]
