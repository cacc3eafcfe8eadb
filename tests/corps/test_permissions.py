"""Who may do a verb at all."""

import pytest
from django.core.exceptions import PermissionDenied

from corps.access.extensions import Rule, access_rules
from corps.access.permissions import may, require
from corps.models import User


@pytest.fixture(autouse=True)
def rules():
    with access_rules.replaced(
        {
            "a.by_role": Rule("a", ("officer", "supervisor")),
            "a.by_duty": Rule("b", duties=(User.Duty.PAST_EVENTS,)),
            "a.by_nobody": Rule("c"),
        }
    ):
        yield


def person(role="officer", duties=(), is_active=True):
    return User(role=role, duties=list(duties), is_active=is_active)


def test_a_role_or_a_duty_is_enough():
    assert may(person(), "a.by_role")
    assert may(person("auditor", [User.Duty.PAST_EVENTS]), "a.by_duty")


def test_another_role_and_a_missing_duty_are_not():
    assert not may(person("auditor"), "a.by_role")
    assert not may(person(), "a.by_duty")
    assert not may(person("administrator"), "a.by_nobody")


def test_a_closed_account_may_do_nothing():
    closed = person(duties=[User.Duty.PAST_EVENTS], is_active=False)
    assert not may(closed, "a.by_role")
    assert not may(closed, "a.by_duty")


def test_a_verb_without_a_rule_is_a_defect_and_no_refusal():
    with pytest.raises(KeyError, match=r"a\.forgotten"):
        may(person(), "a.forgotten")


def test_what_a_person_may_not_do_is_refused():
    require(person(), "a.by_role")
    with pytest.raises(PermissionDenied):
        require(person("auditor"), "a.by_role")
