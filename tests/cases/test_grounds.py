"""Legal grounds: taken in, corrected as long as nobody relied on them, ended instead of deleted."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case, LegalGround
from cases.workflow import change_ground, give_ground, open_case, register_ground
from corps.errors import TransitionRefused
from corps.models import AuditEntry, User
from tests.cases.conftest import Scenario
from tests.cases.sheets import row

pytestmark = pytest.mark.django_db
SAID = {
    "code": "trademark_2027",
    "name": "假冒注册商标",
    "name_en": "Counterfeit trade mark",
    "aspect": "authentic",
    "basis": "《商标法》第六十条",
    "valid_from": date(2020, 1, 1),
}


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(username="keeper", name="keeper", role="administrator")


@pytest.fixture
def case(scenario: Scenario, accepted) -> Case:
    said = {
        "lead": scenario.officer,
        "second": scenario.officer2,
        "actor": scenario.officer,
    }
    return open_case(
        complaints=[accepted(row("600000000001"))], title="某某店铺案", **said
    )


def test_a_ground_that_nobody_gave_is_corrected_and_the_audit_says_what_it_was(admin):
    ground = register_ground(actor=admin, **SAID)
    change_ground(ground=ground, actor=admin, basis="《商标法》第六十一条")
    change_ground(ground=ground, actor=admin, basis="《商标法》第六十一条")
    first, second = AuditEntry.objects.about(ground).order_by("pk")
    assert (first.verb, second.verb) == ("ground.registered", "ground.changed")
    assert second.detail == {
        "before": {"basis": SAID["basis"]},
        "after": {"basis": "《商标法》第六十一条"},
    }


def test_a_ground_that_was_given_keeps_its_wording_and_can_be_ended(
    admin, scenario: Scenario, case: Case
):
    ground = register_ground(actor=admin, **SAID)
    give_ground(case=case, actor=scenario.officer, ground=ground)
    for wanted in ({"basis": "x"}, {"name": "x"}, {"is_sufficient": False}):
        with pytest.raises(TransitionRefused) as refused:
            change_ground(ground=ground, actor=admin, **wanted)
        assert refused.value.code == "ground-given"
    change_ground(
        ground=ground, actor=admin, name_en="Counterfeit", valid_to=date(2020, 12, 31)
    )
    assert (
        not LegalGround.objects.valid_on(date(2021, 1, 1)).filter(pk=ground.pk).exists()
    )
    case.refresh_from_db()
    assert case.ground == ground


def test_a_ground_never_ends_before_it_begins(admin):
    ground = register_ground(actor=admin, **SAID)
    with pytest.raises(ValidationError) as wrong:
        change_ground(ground=ground, actor=admin, valid_to=date(2019, 12, 31))
    assert "valid_to" in wrong.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        LegalGround.objects.filter(pk=ground.pk).update(valid_to=date(2019, 12, 31))


def test_only_administrators_keep_the_grounds(admin, scenario: Scenario):
    with pytest.raises(PermissionDenied):
        register_ground(actor=scenario.officer, **SAID)
    with pytest.raises(PermissionDenied):
        change_ground(
            ground=LegalGround.objects.first(), actor=scenario.officer, name_en="x"
        )


def test_an_administrator_keeps_the_grounds_in_the_browser(
    admin, scenario: Scenario, case: Case, client: Client
):
    client.force_login(admin)
    typed = SAID | {"is_sufficient": "on"}
    wrong = client.post(reverse("cases:ground_new"), typed | {"code": "No Good"})
    assert wrong.context["form"].errors.keys() == {"code"}
    assert client.post(reverse("cases:ground_new"), typed).status_code == 302
    ground = LegalGround.objects.get(code=SAID["code"])
    page = reverse("cases:ground", args=[ground.pk])
    assert client.post(page, typed | {"name": "假冒商标"}).status_code == 302
    give_ground(case=case, actor=scenario.officer, ground=ground)
    assert set(client.get(page).context["form"].fields) == {"name_en", "valid_to"}
    wrong = client.post(page, {"name_en": "x", "valid_to": "2019-12-31"})
    assert wrong.context["form"].errors.keys() == {"valid_to"}
    assert (
        client.post(page, {"name_en": "x", "valid_to": "2026-01-01"}).status_code == 302
    )
    ground.refresh_from_db()
    assert (ground.name, ground.name_en, ground.valid_to) == (
        "假冒商标",
        "x",
        date(2026, 1, 1),
    )


def test_the_list_says_which_grounds_may_be_given_with_as_many_statements_for_any_number(
    admin, scenario, client
):
    client.force_login(scenario.officer)
    client.get(reverse("cases:grounds"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("cases:grounds"))
    for number in range(20):
        register_ground(actor=admin, **SAID | {"code": f"g{number}"})
    with CaptureQueriesContext(connection) as many:
        page = client.get(reverse("cases:grounds"))
    assert len(many) == len(few)
    assert all(is_valid for _ground, is_valid in page.context["rows"])
