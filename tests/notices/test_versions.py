"""An approval is of the letter: whatever its reader would see, and whoever would get it, is what was put forward."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases import workflow as casework
from cases.models import Campaign, Case, CaseOfficer, LegalGround, Target
from corps.errors import TransitionRefused
from corps.models import Approval, AuditEntry, Delivery, Notification, User
from corps.workflow import change_organisation, change_user, deactivate_user
from listings.models import Listing
from notices import letters, workflow
from notices.models import Notice
from stores.models import Liaison
from stores.workflow import appoint_liaison, change_liaison, dismiss_liaison
from tests.notices.world import World, add_targets, ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db: None) -> User:
    return User.objects.create(
        username="keeper", name="keeper", role="administrator", password="!"
    )


def submitted(world: World, count: int = 2) -> Notice:
    add_targets(world, count)
    CaseOfficer.objects.create(
        case=world.case, officer=world.officer, is_lead=True, since=ago(days=1)
    )
    [draft] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    return workflow.submit_notice(notice=draft, actor=world.officer2)


def another_ground(world: World) -> LegalGround:
    return (
        LegalGround.objects.sufficient().exclude(pk=world.ground.pk).order_by("pk")[0]
    )


def primary(world: World) -> Liaison:
    return world.platform.liaisons.get(duty="primary")


def call_anew(world: World, admin: User, **changes: str) -> None:
    liaison = primary(world)
    known = {
        "name": liaison.name,
        "email": liaison.email,
        "phone": liaison.phone,
        "duty": liaison.duty,
    }
    change_liaison(liaison=liaison, actor=admin, **(known | changes))


def new_primary(world: World, admin: User) -> None:
    appoint_liaison(
        platform=world.platform,
        name="新",
        email="new@taobao.example",
        phone="",
        duty="primary",
        actor=admin,
    )


def in_campaign(world: World, admin: User) -> None:
    day = date(2026, 1, 1)
    campaign = Campaign.objects.create(
        name="专项", opens_on=day, closes_on=day, reply_working_days=9
    )
    Case.objects.filter(pk=world.case.pk).update(campaign=campaign)


# Each changes something that the reader would see, or who would get it, through the verb by which it is changed.
DOORS: dict[str, Callable[[World, User], Any]] = {
    "the ground of the case": lambda world, admin: casework.give_ground(
        case=world.case, actor=world.officer, ground=another_ground(world)
    ),
    "the ground of one target": lambda world, admin: casework.ground_targets(
        targets=[world.case.targets.order_by("pk")[0].pk],
        ground=another_ground(world),
        actor=world.officer,
    ),
    "the wording of the ground": lambda world, admin: LegalGround.objects.filter(
        pk=world.ground.pk
    ).update(basis="另一依据"),
    "the title of a listing": lambda world, admin: Listing.objects.update(
        title="另一标题"
    ),
    "the name of the recipient": lambda world, admin: call_anew(
        world, admin, name="方芳"
    ),
    "the mailbox of the recipient": lambda world, admin: call_anew(
        world, admin, email="other@taobao.example"
    ),
    "another primary": new_primary,
    "the telephone of the contact": lambda world, admin: change_user(
        user=world.officer, actor=admin, at=ago(), phone="021-1"
    ),
    "the officer in the lead": lambda world, admin: casework.assign_officers(
        case=world.case,
        lead=world.officer2,
        second=world.officer,
        actor=world.supervisor,
    ),
    "the account of the contact": lambda world, admin: deactivate_user(
        user=world.officer, actor=admin, at=ago()
    ),
    "the campaign's length for answers": in_campaign,
    "the letter head": lambda world, admin: change_organisation(
        name="",
        letter_head="另一机关",
        document_prefix="",
        address="",
        telephone="",
        actor=admin,
        at=ago(),
    ),
}


@pytest.mark.parametrize("door", DOORS)
def test_whatever_changes_the_letter_voids_its_approval(
    world: World, admin: User, door: str
):
    notice = submitted(world)
    seen = notice.version
    DOORS[door](world, admin)
    with pytest.raises(TransitionRefused) as refused:
        workflow.approve_notice(notice=notice, actor=world.supervisor, version=seen)
    assert refused.value.code == "version-changed"
    notice.refresh_from_db()
    assert (notice.state, notice.version, notice.document_number) == ("draft", "", "")
    assert Approval.objects.get().state == "void"
    assert not Delivery.objects.exists()
    told = Notification.objects.filter(event="approval.voided", subject_id=notice.pk)
    assert {line.user for line in told} == {
        user
        for user in User.objects.filter(username__in=["officer", "officer2"])
        if user.is_active
    }
    assert (
        AuditEntry.objects.about(notice)
        .filter(verb="notice.voided", actor=world.supervisor)
        .count()
        == 1
    )


def test_the_approver_is_told_what_changed_and_approves_what_is_put_forward_anew(
    world: World,
):
    notice = submitted(world)
    casework.give_ground(
        case=world.case, actor=world.officer, ground=another_ground(world)
    )
    with pytest.raises(TransitionRefused) as refused:
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        )
    assert "法律依据" in str(refused.value.message)
    assert "收件人" not in str(refused.value.message)
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    notice = workflow.approve_notice(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    assert set(notice.items.values_list("ground", flat=True)) == {
        another_ground(world).pk
    }
    assert another_ground(world).basis in letters.render(notice).text


def test_what_the_letter_does_not_say_voids_nothing(world: World, admin: User):
    notice = submitted(world)
    call_anew(world, admin, phone="021-99")
    casework.add_note(case=world.case, actor=world.officer, text="备注")
    assert (
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        ).state
        == "issued"
    )


def test_an_approval_without_a_version_is_refused_by_verb_and_page(world: World):
    notice = submitted(world)
    with pytest.raises(TransitionRefused, match="version-missing"):
        workflow.approve_notice(notice=notice, actor=world.supervisor, version="")
    client = Client()
    client.force_login(world.supervisor)
    client.post(reverse("notices:decide", args=[notice.number]), {"act": "approve"})
    notice.refresh_from_db()
    assert notice.state == "submitted"
    assert not Delivery.objects.exists()


def test_a_page_that_showed_another_version_approves_nothing_and_voids_nothing(
    world: World,
):
    notice = submitted(world)
    with pytest.raises(TransitionRefused, match="version-changed"):
        workflow.approve_notice(notice=notice, actor=world.supervisor, version="0" * 64)
    notice.refresh_from_db()
    assert (notice.state, Approval.objects.get().state) == ("submitted", "open")


@pytest.mark.parametrize("way", ["dismissed", "account closed"])
def test_no_letter_goes_to_somebody_who_left_between_submitting_and_approving(
    world: World, admin: User, way: str
):
    notice = submitted(world)
    if way == "dismissed":
        dismiss_liaison(liaison=primary(world), actor=admin)
    else:
        deactivate_user(user=world.liaison, actor=admin, at=ago())
    client = Client()
    client.force_login(world.supervisor)
    page = client.get(reverse("notices:approvals") + f"?notice={notice.number}")
    assert "管理员" in str(page.context["consequences"].gone)
    assert b'value="approve"' not in page.content
    with pytest.raises(TransitionRefused, match="recipient-gone"):
        workflow.approve_notice(
            notice=notice, actor=world.supervisor, version=notice.version
        )
    notice.refresh_from_db()
    assert notice.state == "draft"
    assert not Delivery.objects.exists()
    with pytest.raises(TransitionRefused, match="no-liaison"):
        workflow.submit_notice(notice=notice, actor=world.officer)
    new_primary(world, admin)
    notice = workflow.submit_notice(notice=notice, actor=world.officer)
    workflow.approve_notice(
        notice=notice, actor=world.supervisor, version=notice.version
    )
    assert Delivery.objects.get().message.recipient == "new@taobao.example"


def test_the_page_shows_what_changed_before_anybody_approves(world: World):
    notice = submitted(world)
    client = Client()
    client.force_login(world.supervisor)
    address = reverse("notices:approvals") + f"?notice={notice.number}"
    assert not client.get(address).context["consequences"].barred
    casework.give_ground(
        case=world.case, actor=world.officer, ground=another_ground(world)
    )
    page = client.get(address)
    assert "法律依据" in str(page.context["consequences"].changed)
    assert b'value="approve"' not in page.content
    assert b'value="return"' in page.content


@pytest.mark.parametrize("part", ["drafted", "submitted"])
def test_who_drafted_or_submitted_a_notice_does_not_decide_on_it_whatever_they_become(
    world: World, part: str
):
    notice = submitted(world)
    promoted = world.officer if part == "drafted" else world.officer2
    User.objects.filter(pk=promoted.pk).update(
        role="supervisor", duties=["head_of_unit"]
    )
    promoted.refresh_from_db()
    for act in (
        lambda: workflow.approve_notice(
            notice=notice, actor=promoted, version=notice.version
        ),
        lambda: workflow.return_notice(notice=notice, actor=promoted, reason="改"),
    ):
        with pytest.raises(TransitionRefused, match="own-draft"):
            act()
    client = Client()
    client.force_login(promoted)
    page = client.get(reverse("notices:approvals") + f"?notice={notice.number}")
    assert b'value="approve"' not in page.content
    answer = client.post(
        reverse("notices:decide", args=[notice.number]),
        {"act": "approve", "version": notice.version},
    )
    assert answer.status_code == 302
    notice.refresh_from_db()
    assert notice.state == "submitted"


def test_the_inbox_marks_what_is_no_longer_what_was_put_forward(world: World):
    changed = submitted(world)
    add_targets(world, 1, platform=world.other_platform)
    [same] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    same = workflow.submit_notice(notice=same, actor=world.officer)
    client = Client()
    client.force_login(world.supervisor)
    assert (
        "提交后有变动" not in client.get(reverse("notices:approvals")).content.decode()
    )
    workflow.change_request(
        notice=same, actor=world.officer, ask_preserve=True, ask_operator=True
    )
    same = workflow.submit_notice(notice=same, actor=world.officer)
    Target.objects.filter(items__notice=changed).update(ground=another_ground(world))
    page = client.get(reverse("notices:approvals"), {"notice": same.number})
    assert page.context["changed_ones"] == {changed.pk}
    assert page.content.decode().count("提交后有变动") == 1
