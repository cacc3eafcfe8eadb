"""Accounts and units: who makes them, what they must hold, and what the audit keeps."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from corps.errors import TransitionRefused
from corps.models import ApiKey, AuditEntry, User
from corps.workflow import (
    change_unit,
    change_user,
    create_unit,
    create_user,
    deactivate_user,
    make_key,
    revoke_key,
)
from tests.corps.conftest import NOW, PASSWORD


def make(administrator, **changes):
    words = {"username": "zhou", "name": "周航", "role": "administrator"}
    return create_user(actor=administrator, at=NOW, **words | changes)


def test_an_administrator_makes_an_account_and_the_audit_shows_it_without_private_details(
    administrator, unit
):
    user = make(
        administrator,
        role="supervisor",
        unit=unit,
        duties=["reviewer"],
        email="z@corps.example",
        phone="139",
    )
    entry = AuditEntry.objects.about(user).get(verb="account.created")
    assert entry.detail == {
        "name": "周航",
        "role": "supervisor",
        "unit_id": unit.pk,
        "duties": ["reviewer"],
    }
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    "role", ["officer", "supervisor", "liaison", "representative", "auditor"]
)
def test_nobody_else_makes_accounts(account, role):
    with pytest.raises(PermissionDenied):
        make(account(role))


def test_what_the_database_would_refuse_is_said_readably(administrator, unit):
    with pytest.raises(TransitionRefused, match="unit-missing"):
        make(administrator, role="officer")
    with pytest.raises(TransitionRefused, match="duties-not-theirs"):
        make(administrator, role="officer", unit=unit, duties=["reviewer"])
    with pytest.raises(ValidationError) as invalid:
        make(administrator, username="周航")
    assert "username" in invalid.value.message_dict
    make(administrator)
    with pytest.raises(ValidationError) as twice:
        make(administrator)
    assert "username" in twice.value.message_dict


def test_an_officer_may_be_allowed_to_record_past_events(administrator, unit):
    assert make(
        administrator, role="officer", unit=unit, duties=["record_past_event"]
    ).duties == ["record_past_event"]


def test_a_change_is_written_down_with_before_and_after_but_not_the_telephone(
    administrator, officer
):
    change_user(
        user=officer, actor=administrator, at=NOW, name="王敏", phone="13800000000"
    )
    detail = AuditEntry.objects.about(officer).get(verb="account.changed").detail
    assert (detail["before"], detail["after"], detail["also"]) == (
        {"name": "Officer"},
        {"name": "王敏"},
        ["phone"],
    )


def test_a_change_that_changes_nothing_leaves_no_trace(administrator, officer):
    change_user(user=officer, actor=administrator, at=NOW, name=officer.name)
    assert not AuditEntry.objects.about(officer).exists()


def test_nobody_changes_their_own_role_or_closes_their_own_account(
    administrator, account, unit
):
    account("administrator", "second")
    with pytest.raises(TransitionRefused, match="own-role"):
        change_user(
            user=administrator, actor=administrator, at=NOW, role="officer", unit=unit
        )
    with pytest.raises(TransitionRefused, match="own-account"):
        deactivate_user(user=administrator, actor=administrator, at=NOW)


def test_the_last_administrator_stays(administrator):
    with pytest.raises(TransitionRefused, match="last-administrator"):
        deactivate_user(user=administrator, actor=None, at=NOW)


def test_a_key_is_kept_as_its_hash_alone_and_may_be_revoked(administrator, officer):
    key = make_key(user=officer, actor=administrator, at=NOW)
    kept = ApiKey.objects.get()
    assert key not in (kept.digest, kept.prefix)
    revoke_key(key=kept, actor=officer, at=NOW)
    kept.refresh_from_db()
    assert kept.revoked_at == NOW


def test_a_unit_below_another_has_its_path_and_moving_takes_all_below_along(
    administrator,
):
    def new(name, parent=None):
        return create_unit(name=name, parent=parent, actor=administrator, at=NOW)

    corps = new("总队")
    first, second = new("一支队", corps), new("二支队", corps)
    section = new("一大队", first)
    assert section.path == f"/{corps.pk}/{first.pk}/{section.pk}/"
    change_unit(unit=first, name="一支队", parent=second, actor=administrator, at=NOW)
    section.refresh_from_db()
    assert section.path == f"/{corps.pk}/{second.pk}/{first.pk}/{section.pk}/"
    with pytest.raises(TransitionRefused, match="below-itself"):
        change_unit(
            unit=second, name="二支队", parent=section, actor=administrator, at=NOW
        )
    with pytest.raises(ValidationError):
        new("一支队")


def test_the_first_administrator_is_made_by_the_command(db, monkeypatch, capsys):
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    call_command("administrator", "root", name="系统管理员")
    root = User.objects.get(username="root")
    assert (root.role, root.name, root.check_password(PASSWORD)) == (
        "administrator",
        "系统管理员",
        True,
    )
    assert PASSWORD not in capsys.readouterr().out


def test_without_a_password_the_command_makes_one_up_and_prints_it_once(
    db, monkeypatch, capsys
):
    monkeypatch.delenv("ADMIN_PASSWORD", raising=False)
    call_command("administrator", "root")
    password = capsys.readouterr().out.split()[-1]
    assert User.objects.get(username="root").check_password(password)


def test_the_command_that_refuses_a_password_makes_no_account(db, monkeypatch):
    monkeypatch.setenv("ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError, match="too short"):
        call_command("administrator", "root")
    assert not User.objects.filter(username="root").exists()


def test_the_command_takes_no_other_account_over(officer):
    with pytest.raises(CommandError, match="officer"):
        call_command("administrator", "officer")


def test_the_command_prints_an_api_key_that_works(officer, client, capsys):
    call_command("apikey", "officer")
    key = capsys.readouterr().out.strip()
    assert (
        client.get(
            "/api/v1/schema/", headers={"Authorization": f"Bearer {key}"}
        ).status_code
        == 200
    )
    with pytest.raises(CommandError):
        call_command("apikey", "nobody")


def test_no_two_sign_in_names_differ_by_capitals_alone(administrator):
    make(administrator)
    with pytest.raises(ValidationError) as taken:
        make(administrator, username="Zhou")
    assert "username" in taken.value.message_dict
    with (
        pytest.raises(IntegrityError, match="one_sign_in_name_in_any_case"),
        transaction.atomic(),
    ):
        User.objects.create_user("Zhou", name="周航", role="auditor")
