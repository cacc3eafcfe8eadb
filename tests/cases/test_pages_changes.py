"""The verbs on a case by its forms and buttons: what they bring, what is missing, and whose they are."""

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Target
from corps.models import User
from tests.notices.world import World, add_targets, case_page, issue
from tests.put_into import put_into


def test_addresses_of_which_none_can_be_added_stay_in_the_form_with_the_reason_of_each(
    officer, world
):
    lines = "foo\nhttps://item.taobao.com/"
    page = officer.post(
        reverse("cases:case_change", args=[world.case.number, "addresses"]),
        {"addresses": lines},
    )
    said = page.context["form"].errors["addresses"]
    assert [line in words for line, words in zip(lines.split(), said, strict=True)] == [
        True,
        True,
    ]
    assert page.context["form"]["addresses"].value() == lines


def test_addresses_are_added_with_a_result_for_each(officer, world):
    lines = "https://item.taobao.com/item.htm?id=655000000001\nnonsense\n"
    page = officer.post(
        reverse("cases:case_change", args=[world.case.number, "addresses"]),
        {"addresses": lines},
    )
    assert [result.ok for result in page.context["results"]] == [True, False]
    assert "no-address" not in page.content.decode(), "what is wrong is said in words"
    assert Target.objects.get().listing.canonical_id == "655000000001"


def test_whoever_opened_a_case_does_not_file_it(client, world):
    chief = User.objects.create(
        username="chief",
        name="chief",
        role="supervisor",
        unit=world.case.unit,
        duties=["head_of_department"],
    )
    lead = {
        "filed_at": None,
        "document_number": "",
        "opened_by": chief,
    }
    put_into(Case.objects.filter(pk=world.case.pk), "lead", **lead)
    client.force_login(chief)
    address = reverse("cases:case_act", args=[world.case.number])
    page = client.post(address, {"act": "file"}, follow=True)
    assert list(page.context["messages"])
    Case.objects.filter(pk=world.case.pk).update(opened_by=world.officer)
    client.post(
        reverse("cases:case_change", args=[world.case.number, "officers"]),
        {"lead": world.officer.pk, "second": world.officer2.pk},
    )
    client.post(address, {"act": "file"})
    world.case.refresh_from_db()
    assert world.case.state == "filed"


def test_the_same_officer_twice_is_said_beside_the_second(officer, world):
    twice = {"lead": world.officer.pk, "second": world.officer.pk}
    page = officer.post(
        reverse("cases:case_change", args=[world.case.number, "officers"]), twice
    )
    assert list(page.context["form"].errors) == ["second"]


def test_an_officer_does_not_file(officer, world):
    put_into(Case.objects.filter(pk=world.case.pk), "lead", filed_at=None)
    assert (
        officer.post(
            reverse("cases:case_act", args=[world.case.number]), {"act": "file"}
        ).status_code
        == 403
    )


def test_what_is_missing_is_named_when_a_case_cannot_be_concluded(officer, world):
    add_targets(world, 2)
    issue(world)
    page = officer.post(
        reverse("cases:case_act", args=[world.case.number]),
        {"act": "conclude"},
        follow=True,
    )
    assert "2" in str(next(iter(page.context["messages"])))


def test_a_case_goes_to_its_end_and_back_by_its_buttons(client, world):
    chief = User.objects.create(
        username="chief",
        name="chief",
        role="supervisor",
        unit=world.case.unit,
        duties=["head_of_department"],
    )
    client.force_login(chief)
    address = reverse("cases:case_act", args=[world.case.number])

    def state() -> str:
        world.case.refresh_from_db()
        return world.case.state

    put_into(Case.objects.filter(pk=world.case.pk), "disposing")
    client.post(
        reverse("cases:case_change", args=[world.case.number, "suspend"]),
        {"reason": "等待鉴定"},
    )
    assert state() == "suspended"
    client.post(address, {"act": "resume"})
    assert state() == "disposing"
    client.post(address, {"act": "conclude"})
    client.post(
        reverse("cases:case_change", args=[world.case.number, "close"]),
        {"text": "已全部处置"},
    )
    assert state() == "closed"
    client.post(
        reverse("cases:case_change", args=[world.case.number, "reopen"]),
        {"reason": "重新上架"},
    )
    assert state() == "reopened"
    assert "closed" not in client.get(case_page(world)).context["steps"][0].state


def test_before_concluding_each_thing_that_is_missing_leads_to_its_rows(officer, world):
    add_targets(world, 2)
    issue(world)
    page = officer.get(
        reverse("cases:case_change", args=[world.case.number, "conclude"])
    )
    (words, url), *rest = page.context["missing"]
    assert ("2" in str(words), rest) == (True, [])
    assert officer.get(url).context["page"].total == 2
    assert f'href="{url}"' in page.content.decode()


def test_a_verb_says_how_much_it_brings_before_it_is_done(officer, world):
    add_targets(world, 3)
    page = officer.get(reverse("cases:case_change", args=[world.case.number, "ground"]))
    assert "3" in page.context["consequence"]


def test_a_form_that_cannot_be_sent_now_leads_back_and_one_that_is_not_theirs_is_refused(
    officer, world
):
    reopen = reverse("cases:case_change", args=[world.case.number, "close"])
    answer = officer.get(reopen, follow=True)
    assert answer.redirect_chain[-1][0] == world.case.get_absolute_url()
    assert len(list(answer.context["messages"])) == 1
    for what in ("decline", "reopen", "withdraw"):
        assert (
            officer.get(
                reverse("cases:case_change", args=[world.case.number, what])
            ).status_code
            == 403
        )


def test_a_case_offers_no_verb_that_its_state_refuses(officer, world):
    put_into(
        Case.objects.filter(pk=world.case.pk), "archived", closed_at=timezone.now()
    )
    page = officer.get(case_page(world))
    assert not any(page.context["verbs"].values())
    assert (
        reverse("cases:case_change", args=[world.case.number, "ground"])
        not in page.content.decode()
    )


def test_no_choice_has_a_word_in_every_form(officer, world):
    page = officer.get(
        reverse("cases:case_change", args=[world.case.number, "ground"])
    ).content.decode()
    assert "---------" not in page


def test_a_title_is_corrected_and_the_timeline_says_from_what(
    officer: Client, world: World
):
    before, change = (
        world.case.title,
        reverse("cases:case_change", args=[world.case.number, "title"]),
    )
    page = officer.post(change, {"title": "  更正后的案件名称 "})
    assert page.status_code == 302
    world.case.refresh_from_db()
    assert world.case.title == "更正后的案件名称"
    assert officer.post(change, {"title": " "}).context["form"].errors["title"]
    told = officer.get(f"{world.case.get_absolute_url()}?tab=timeline").content.decode()
    assert f"{before} → 更正后的案件名称" in told
