"""A platform that has nobody to send to: asked before, with what it is left with, and said on every home page."""

import pytest
from django.test import Client
from django.urls import reverse

from corps.models import AuditEntry, User
from notices.models import NoticeItem
from stores.extensions import Waiting
from stores.models import Liaison
from tests.home import needs_of
from tests.notices.world import World, add_targets, answer, arrive, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(
        username="keeper", name="keeper", role="administrator", password="!"
    )


def at(user: User, name: str, *given):
    client = Client()
    client.force_login(user)
    return client.get(reverse(name, args=given))


def dismiss(admin: User, liaison: Liaison):
    client = Client()
    client.force_login(admin)
    return client.post(reverse("stores:liaison_dismiss", args=[liaison.pk]))


def test_dismissing_the_last_liaison_is_asked_with_what_stays_unanswered(
    world: World, admin
):
    add_targets(world, 3, platform=world.other_platform)
    [notice] = issue(world)
    arrive(world, notice)
    answer(world, notice, items=[notice.items.first().pk])
    [last] = world.other_platform.liaisons.all()
    page = at(admin, "stores:liaison_dismiss", last.pk)
    assert (page.context["others"], page.context["waiting"]) == (
        0,
        Waiting(1, 2, notice.reply_due_on),
    )
    last.refresh_from_db()
    assert last.is_active

    assert dismiss(admin, last).status_code == 302
    last.refresh_from_db()
    assert not last.is_active
    assert AuditEntry.objects.about(last).filter(verb="liaison.dismissed").count() == 1


def test_dismissing_one_of_several_says_whether_a_primary_is_left(world: World, admin):
    primary, backup = world.platform.liaisons.order_by("-duty")
    assert at(admin, "stores:liaison_dismiss", primary.pk).context["without_primary"]
    page = at(admin, "stores:liaison_dismiss", backup.pk)
    assert (page.context["others"], page.context["without_primary"]) == (1, False)


def test_a_second_dismissal_is_refused_in_words(world: World, admin):
    [last] = world.other_platform.liaisons.all()
    dismiss(admin, last)
    assert dismiss(admin, last).status_code == 409
    assert AuditEntry.objects.about(last).filter(verb="liaison.dismissed").count() == 1


def test_every_home_page_says_that_a_platform_has_nobody(world: World, admin):
    add_targets(world, 2, platform=world.other_platform)
    [notice] = issue(world)
    arrive(world, notice)
    name = "stores:platforms"
    assert [row[1:] for row in at(world.officer, name).context["rows"]] == [
        (False, None),
        (False, None),
    ]
    dismiss(admin, world.other_platform.liaisons.get())
    rows = {row[0].slug: row[1:] for row in at(world.officer, name).context["rows"]}
    assert rows == {
        "taobao": (False, None),
        "jd": (True, Waiting(1, 2, notice.reply_due_on)),
    }
    [need] = at(admin, "home").context["needs"]
    assert need.url == reverse("stores:liaison_new", args=["jd"])
    assert reverse("stores:platforms") in [need.act for need in needs_of(world.officer)]
    # Another unit's officer sees that nobody is there, but not what is open in cases that are not theirs.
    assert {row[0].slug: row[1:] for row in at(world.stranger, name).context["rows"]}[
        "jd"
    ] == (True, None)
    assert reverse("stores:platforms") not in [
        need.act for need in needs_of(world.stranger)
    ]


def test_the_items_left_are_those_of_the_notice(world: World, admin):
    add_targets(world, 2, platform=world.other_platform)
    issue(world)
    [last] = world.other_platform.liaisons.all()
    waiting = at(admin, "stores:liaison_dismiss", last.pk).context["waiting"]
    assert (
        waiting.items
        == NoticeItem.objects.filter(
            notice__platform=world.other_platform, state="open"
        ).count()
    )
