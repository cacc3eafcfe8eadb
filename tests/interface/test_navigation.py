"""The sidebar: who sees which line, and what its counts cost."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from corps.ui import navigation


@pytest.fixture
def sidebar(monkeypatch):
    monkeypatch.setattr(navigation, "_registry", navigation._Registry())
    navigation._counted.clear()

    def lines(role="officer", path="/", pk=1):
        request = RequestFactory().get(path)
        request.user = SimpleNamespace(pk=pk, role=role, get_role_display=lambda: role)
        return list(navigation.lines_for(request))

    return lines


def test_a_line_is_seen_by_its_roles_only_and_empty_sections_are_left_out(sidebar):
    navigation.register(
        "home", "工作台", "home", section="desk", order=1, roles=["officer", "liaison"]
    )
    navigation.register(
        "login",
        "登录",
        "account_login",
        section="house",
        order=1,
        roles=["administrator"],
    )
    assert [[line.key for line in lines] for _head, lines in sidebar()] == [["home"]]
    assert [
        [line.key for line in lines] for _head, lines in sidebar("administrator")
    ] == [["login"]]
    assert sidebar("auditor") == []


def test_a_page_that_is_not_there_has_no_line(sidebar):
    navigation.register(
        "later", "以后", "no-such-page", section="desk", order=1, roles=["officer"]
    )
    assert sidebar() == []


def test_the_longest_fitting_address_is_the_current_line(sidebar):
    navigation.register(
        "home", "工作台", "home", section="desk", order=1, roles=["officer"]
    )
    navigation.register(
        "login", "登录", "account_login", section="desk", order=2, roles=["officer"]
    )
    navigation.register(
        "out", "退出", "account_logout", section="desk", order=3, roles=["officer"]
    )
    ((_head, lines),) = sidebar(path="/accounts/login/x/")
    assert [line.key for line in lines if line.current] == ["login"]
    ((_head, lines),) = sidebar(path="/elsewhere/")
    assert not any(line.current for line in lines)


def test_a_count_is_asked_once_for_a_person_until_they_do_something(sidebar):
    asked = []
    navigation.register(
        "home",
        "工作台",
        "home",
        section="desk",
        order=1,
        roles=["officer"],
        count=lambda user: asked.append(user.pk) or 7,
    )
    for _ in range(3):
        ((_head, (line,)),) = sidebar()
    sidebar(pk=2)
    assert (asked, line.count) == ([1, 2], 7)
    navigation.forget_counts(SimpleNamespace(pk=1))
    sidebar()
    assert asked == [1, 2, 1]


def test_an_unknown_section_is_a_mistake(sidebar):
    with pytest.raises(ValueError, match="no section"):
        navigation.register(
            "x", "x", "home", section="nowhere", order=1, roles=["officer"]
        )
