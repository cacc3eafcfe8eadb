"""Pages of the notices room: what a person sees and does there."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import LegalGround, Target
from corps.errors import TransitionRefused
from corps.models import Delivery, User
from notices import workflow
from notices.models import Answer, LedgerEntry, Notice, PendingCheck, Recurrence
from notices.workflow.guards import BLOCKS
from tests import papers
from tests.notices.world import World, add_targets, answer, file_another, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_relisting_is_recorded_on_the_targets_page(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    client = client_of(world.officer2)
    url = reverse("notices:look_again", args=[target.pk])
    assert url in client.get(reverse("cases:target", args=[target.pk])).content.decode()
    assert client.post(url, {"seen": "live"}).status_code == 302
    assert Target.objects.get().state == "relisted"
    assert Recurrence.objects.count() == 1


def test_an_answer_on_paper_is_recorded_with_its_document(world: World):
    targets = add_targets(world, 2)
    [notice] = issue(world)
    client = client_of(world.officer)
    said = {
        "lines": f"{targets[0].listing.canonical_id}\n{targets[1].listing.url}",
        "outcome": "removed",
        "document": SimpleUploadedFile("fax.pdf", papers.PDF),
    }
    assert (
        client.post(reverse("notices:behalf", args=[notice.number]), said).status_code
        == 302
    )
    assert Answer.objects.exclude(document=None).count() == 2


def test_a_paper_of_which_no_line_fits_stays_in_the_form_with_the_reason_of_each(
    world: World,
):
    add_targets(world, 1)
    [notice] = issue(world)
    said = {
        "lines": "99999",
        "outcome": "removed",
        "remark": "传真",
        "document": SimpleUploadedFile("fax.pdf", papers.PDF),
    }
    form = (
        client_of(world.officer)
        .post(reverse("notices:behalf", args=[notice.number]), said)
        .context["form"]
    )
    assert "99999" in form.errors["lines"][0]
    assert form["remark"].value() == "传真"
    assert not Answer.objects.exists()


def test_the_liaison_page_answers_once_however_often_the_form_is_sent(world: World):
    add_targets(world, 3)
    [notice] = issue(world)
    client = client_of(world.liaison)
    ids = list(notice.items.values_list("pk", flat=True))
    url = reverse("notices:answer", args=[notice.number])
    summary = client.post(url, {"ids": ids, "outcome": "removed"})
    token = summary.context["form"].initial["token"]
    confirmed = {
        "ids": ids,
        "outcome": "removed",
        "token": token,
        "remark": "",
        "confirmed": "1",
    }
    assert client.post(url, confirmed).status_code == 302
    assert client.post(url, confirmed).status_code == 302
    assert Answer.objects.count() == 3


@pytest.mark.parametrize("nonsense", ["9" * 5_000, "9" * 30, "-1", "one", "٣"])
def test_what_cannot_be_an_id_is_passed_over(world: World, nonsense: str):
    add_targets(world, 1)
    [notice] = issue(world)
    ids = [nonsense, notice.items.get().pk]
    summary = client_of(world.liaison).post(
        reverse("notices:answer", args=[notice.number]),
        {"ids": ids, "outcome": "removed"},
    )
    token = summary.context["form"].initial["token"]
    client_of(world.liaison).post(
        reverse("notices:answer", args=[notice.number]),
        {
            "ids": ids,
            "outcome": "removed",
            "token": token,
            "remark": "",
            "confirmed": "1",
        },
    )
    assert Answer.objects.count() == 1


def test_a_refusal_without_a_reason_is_asked_for_one(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    client = client_of(world.liaison)
    said = {
        "ids": [notice.items.get().pk],
        "outcome": "refused",
        "token": "t",
        "confirmed": "1",
    }
    page = client.post(reverse("notices:answer", args=[notice.number]), said)
    assert page.status_code == 200
    assert page.context["form"].errors["remark"]
    assert not Answer.objects.exists()


def test_pasted_lines_select_items_and_say_what_is_elsewhere(world: World):
    targets = add_targets(world, 2)
    [notice] = issue(world)
    client = client_of(world.liaison)
    lines = f"{targets[0].listing.canonical_id}\n999999999999"
    page = client.post(reverse("notices:pick", args=[notice.number]), {"lines": lines})
    assert page.context["page"].total == 1
    assert [line["line"] for line in page.context["unknown"]] == ["999999999999"]


@pytest.mark.parametrize(
    "name", ["notices:notice", "notices:checks_list", "notices:desk", "notices:list"]
)
def test_pages_ask_the_same_number_of_queries_for_five_items_and_for_fifty(
    world: World, name: str
):
    counts = []
    for number in (5, 45):
        add_targets(world, number)
        for notice in issue(world):
            answer(
                world,
                notice,
                items=list(notice.items.values_list("pk", flat=True))[: number - 1],
            )
        user = world.liaison if name == "notices:desk" else world.officer
        url = reverse(name, args=[notice.number] if name == "notices:notice" else [])
        client = client_of(user)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_proposed_correction_is_decided_in_the_inbox_by_a_second_person(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    workflow.propose_correction(
        target=target, actor=world.supervisor, reason="页面为售罄"
    )
    inbox, decide = (
        reverse("notices:approvals"),
        reverse("notices:correction", args=[target.pk]),
    )
    assert not client_of(world.supervisor).get(inbox).context["corrections"]
    client = client_of(world.supervisor2)
    assert "页面为售罄" in client.get(inbox).content.decode()

    client.post(decide, {"act": "decline", "reason": ""})
    assert client.get(inbox).context["corrections"]
    client.post(decide, {"act": "decline", "reason": "已再次核实"})
    assert not client.get(inbox).context["corrections"]
    assert LedgerEntry.objects.filter(target=target).count() == 1

    workflow.propose_correction(
        target=target, actor=world.supervisor, reason="页面为售罄"
    )
    client.post(decide, {"act": "correct", "reason": "同意更正"})
    assert [
        entry.sign
        for entry in LedgerEntry.objects.filter(target=target).order_by("nth")
    ] == [1, -1]


def submit_two(world: World) -> list[Notice]:
    """Two notices that wait for approval, the second in a case of its own."""
    add_targets(world, 2)
    other = file_another(world, 2)
    drafts = [
        workflow.compose_notices(case=w.case, actor=world.officer).notices[0]
        for w in (world, other)
    ]
    return [
        workflow.submit_notice(notice=draft, actor=world.officer) for draft in drafts
    ]


def test_after_a_refused_approval_the_same_notice_is_in_hand_and_no_other_in_its_place(
    world: World,
):
    _first, second = submit_two(world)
    client = client_of(world.supervisor)
    url = reverse("notices:decide", args=[second.number])
    page = client.post(url, {"act": "approve", "version": "stale"}, follow=True)
    assert page.context["current"] == second
    assert [message.level_tag for message in page.context["messages"]] == ["error"]

    workflow.withdraw_draft(notice=second, actor=world.officer)
    page = client.post(url, {"act": "approve", "version": second.version}, follow=True)
    assert page.context.get("current") is None
    assert 'data-key="a"' not in page.content.decode()
    assert second.get_absolute_url() in page.content.decode()
    assert not Notice.objects.exclude(issued_at=None).exists()


def test_a_decided_correction_is_not_followed_by_a_notice_in_its_place(world: World):
    submit_two(world)
    page = client_of(world.supervisor).get(
        reverse("notices:approvals"), {"correction": "1"}
    )
    assert page.context.get("current") is None


def test_an_objection_is_in_hand_by_itself_and_decided_in_the_inbox_by_its_decision(
    world: World,
):
    [target] = add_targets(world, 1)
    issue(world)
    objection = workflow.lodge_objection(
        target=target, actor=world.officer, reason="进货渠道合法"
    )
    client, inbox = client_of(world.supervisor), reverse("notices:approvals")
    assert client.get(inbox).context["objection"] == objection
    accept = reverse("notices:objection_accept", args=[objection.number])
    page = client.post(accept, {"inbox": "1"}, follow=True)
    assert 'value="upheld"' in page.content.decode()
    assert 'value="dismissed"' in page.content.decode()

    decide = reverse("notices:objection", args=[objection.number])
    empty = client.post(decide)
    assert (empty.status_code, "reason" in empty.context["form"].errors) == (400, True)
    assert client.post(decide, {"inbox": "1", "reason": "属实"}).context["form"].errors
    assert (
        client.post(decide, {"inbox": "1", "decision": "upheld", "reason": " "})
        .context["form"]
        .errors["reason"]
    )
    page = client.post(
        decide, {"inbox": "1", "decision": "dismissed", "reason": "无授权"}, follow=True
    )
    assert page.redirect_chain == [(inbox, 302)]
    objection.refresh_from_db()
    assert (objection.state, objection.decision_reason) == ("dismissed", "无授权")


def test_nobody_declines_a_correction_of_their_own(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    answer(world, notice)
    workflow.verify_items(
        items=[notice.items.get().pk], seen="gone", actor=world.officer2
    )
    workflow.propose_correction(
        target=target, actor=world.supervisor, reason="页面为售罄"
    )
    with pytest.raises(TransitionRefused) as refused:
        workflow.decline_correction(
            target=target, actor=world.supervisor, reason="不必"
        )
    assert refused.value.code == "own-draft"
    with pytest.raises(PermissionDenied):
        workflow.decline_correction(target=target, actor=world.officer, reason="不必")


def test_only_officers_are_offered_to_decide_about_a_delivery(world: World):
    add_targets(world, 1)
    issue(world)
    delivery = Delivery.objects.get()
    put_into(Delivery.objects.filter(pk=delivery.pk), "failed")
    url, act = (
        reverse("notices:delivery", args=[delivery.pk]),
        reverse("notices:delivery_decide", args=[delivery.pk]),
    )
    assert act in client_of(world.officer).get(url).content.decode()
    assert act not in client_of(world.supervisor).get(url).content.decode()


def test_what_blocks_a_draft_names_its_targets(world: World):
    targets = add_targets(world, 2)
    workflow.compose_notices(case=world.case, actor=world.officer)
    Target.objects.filter(pk=targets[0].pk).update(
        ground=LegalGround.objects.get(code="low_price")
    )
    page = client_of(world.officer).get(
        reverse("notices:compose", args=[world.case.number])
    )
    [reason] = page.context["blocked"]
    assert [target.pk for target in reason["targets"]] == [targets[0].pk]


def test_a_refused_approval_names_the_items_answered_meanwhile_and_why(world: World):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    composed = workflow.compose_notices(
        case=world.case, actor=world.officer, targets=[target.pk]
    )
    follow_up = workflow.submit_notice(notice=composed.notices[0], actor=world.officer)
    answer(world, notice)
    client, said = client_of(world.supervisor), str(BLOCKS["claimed"])
    decide = reverse("notices:decide", args=[follow_up.number])
    page = client.post(
        decide, {"act": "approve", "version": follow_up.version}, follow=True
    )
    assert page.context["current"] == follow_up
    [message] = page.context["messages"]
    assert target.listing.canonical_id in str(message)
    assert said in str(message)
    [reason] = page.context["blocked"]
    assert reason["targets"] == [target]
    workflow.return_notice(notice=follow_up, actor=world.supervisor, reason="已答复")
    [result] = workflow.submit_notices(notices=[follow_up.pk], actor=world.officer)
    assert result.code == "blocked"
    assert target.listing.canonical_id in str(result.message)


def test_checks_can_be_taken_back_one_after_the_other_on_any_page_of_the_queue(
    world: World,
):
    add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    client, queue = client_of(world.officer2), reverse("notices:checks")
    for item in notice.items.order_by("position"):
        client.post(reverse("notices:judge"), {"ids": item.pk, "seen": "gone"})
        client.get(queue)
    for left in (1, 0):
        undo = client.get(queue).context["undo"]
        assert 0 < undo["seconds"] <= 10
        client.post(reverse("notices:undo"), {"ids": undo["ids"]})
        assert PendingCheck.objects.count() == left
    assert client.get(queue).context["undo"] is None


WORDS = "  割码销售；“假冒”注册商标"


def test_what_the_firm_alleged_stands_in_its_own_words_whatever_ground_the_corps_gives(
    world: World,
):
    [target] = add_targets(world, 1)
    Target.objects.filter(pk=target.pk).update(
        alleged=WORDS, ground=LegalGround.objects.get(code="no_licence")
    )
    [notice] = issue(world)
    answer(world, notice)
    given = str(LegalGround.objects.get(code="no_licence"))
    client = client_of(world.officer2)
    [row] = client.get(world.case.get_absolute_url()).context["rows"]
    assert (row["alleged"], row["ground"], row["ground_is_usual"]) == (
        WORDS,
        given,
        False,
    )
    story = client.get(reverse("cases:target", args=[target.pk])).context
    assert (story["truths"].alleged["word"], str(story["ground"])) == (WORDS, given)
    queue = client.get(reverse("notices:checks"))
    assert f"<b>{WORDS}</b>" in queue.content.decode()
    page = client.get(reverse("notices:checks_list")).content.decode()
    assert (page.count(f">{WORDS}</span>"), page.count(f">{given}</td>")) == (1, 1)


def test_where_the_firm_alleged_nothing_no_ground_of_the_corps_speaks_for_it(
    world: World,
):
    [target] = add_targets(world, 1)
    client = client_of(world.officer)
    [row] = client.get(world.case.get_absolute_url()).context["rows"]
    assert (row["alleged"], row["ground"], row["ground_is_usual"]) == (
        "",
        world.ground.label,
        True,
    )
    assert (
        client.get(reverse("cases:target", args=[target.pk]))
        .context["truths"]
        .alleged["word"]
        == ""
    )
