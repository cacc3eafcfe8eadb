"""The sidebar: who sees which line, and what its counts cost."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from corps.ui import navigation
from corps.ui.extensions import Link, sidebar_links


@pytest.fixture
def sidebar():
    """The lines of a person in a sidebar of these links alone."""
    navigation._counted.clear()

    def lines(*links, role="officer", path="/", pk=1):
        request = RequestFactory().get(path)
        request.user = SimpleNamespace(
            pk=pk,
            role=role,
            duties=(),
            is_active=True,
            get_role_display=lambda: role,
        )
        with sidebar_links.replaced(*links):
            return list(navigation.lines_for(request))

    return lines


def task_link(key, url_name, order=1, verb="notices.compose", **options):
    return Link(key, key, url_name, "tasks", order, verb, **options)


def test_a_line_is_seen_by_who_may_do_its_verb_and_empty_sections_are_left_out(sidebar):
    links = (
        task_link("home", "home", verb="notices.read_letters"),
        Link(
            "login",
            "登录",
            "account_login",
            "administration",
            1,
            "corps.manage_accounts",
        ),
    )

    def keys(role):
        return [
            [line.key for line in lines] for _head, lines in sidebar(*links, role=role)
        ]

    assert keys("officer") == [["home"]]
    assert keys("administrator") == [["login"]]
    assert keys("auditor") == []


def test_a_page_that_is_not_there_has_no_line(sidebar):
    assert sidebar(task_link("later", "no-such-page")) == []


def test_the_longest_fitting_address_is_the_current_line(sidebar):
    links = (
        task_link("home", "home"),
        task_link("login", "account_login", order=2),
        task_link("out", "account_logout", order=3),
    )
    ((_head, lines),) = sidebar(*links, path="/accounts/login/x/")
    assert [line.key for line in lines if line.current] == ["login"]
    ((_head, lines),) = sidebar(*links, path="/elsewhere/")
    assert not any(line.current for line in lines)


def test_a_count_is_asked_once_for_a_person_until_they_do_something(sidebar):
    asked = []
    link = task_link("home", "home", count=lambda user: asked.append(user.pk) or 7)
    for _ in range(3):
        ((_head, (line,)),) = sidebar(link)
    sidebar(link, pk=2)
    assert (asked, line.count) == ([1, 2], 7)
    navigation.forget_counts(SimpleNamespace(pk=1))
    sidebar(link)
    assert asked == [1, 2, 1]


def test_an_unknown_section_is_a_mistake():
    with pytest.raises(ValueError, match="no section"):
        Link("x", "x", "home", section="nowhere", order=1, verb="notices.compose")


def test_no_two_lines_have_the_same_key():
    keys = [link.key for link in sidebar_links]
    assert len(keys) == len(set(keys))
