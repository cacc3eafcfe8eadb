"""The replies API: one answer for one request, and nothing for those who have no business."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pgtrigger
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from corps.models import User
from corps.workflow import store_file
from notices import workflow
from notices.models import Answer, Notice
from tests.notices.api_client import client_for, post
from tests.notices.world import World, add_targets, answer, file_another, issue

pytestmark = pytest.mark.django_db


def test_a_liaison_reads_the_own_notices_and_their_items(world: World):
    targets = add_targets(world, 2)
    [notice] = issue(world)
    client = client_for(world.liaison)
    [listed] = client.get("/api/v1/notices/").json()["results"]
    assert listed == {
        "number": notice.number,
        "document_number": notice.document_number,
        "platform": "taobao",
        "state": "issued",
        "issued_at": listed["issued_at"],
        "due_on": None,
        "items": 2,
        "items_open": 2,
    }
    items = client.get(f"/api/v1/notices/{notice.number}/items/?state=open").json()[
        "results"
    ]
    assert [item["target"] for item in items] == [
        f"taobao/listing/{t.listing.canonical_id}" for t in targets
    ]
    assert set(items[0]) == {"item", "address", "kind", "target", "state", "outcome"}
    assert client.get("/api/v1/notices/?state=nonsense").status_code == 400


def test_rows_are_answered_in_order_and_a_second_request_with_the_key_changes_nothing(
    world: World,
):
    targets = add_targets(world, 2)
    [notice] = issue(world)
    item = notice.items.order_by("position").last().pk
    body = [
        {
            "address": targets[0].listing.url,
            "outcome": "removed",
            "at": "2026-11-05T14:30:00+08:00",
        },
        {"item": item, "outcome": "refused", "remark": "资质齐全"},
        {"item": item, "outcome": "removed"},
        {"address": "nonsense", "outcome": "removed"},
        "not even a reply",
    ]
    client = client_for(world.liaison)
    first = post(client, notice, body)
    assert first.status_code == 200
    rows = first.json()
    assert [row["row"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["result"] for row in rows] == [
        "accepted",
        "accepted",
        "refused",
        "refused",
        "refused",
    ]
    assert rows[2]["code"] == "already-answered"
    assert post(client, notice, body).content == first.content
    assert Answer.objects.count() == 2
    assert Answer.objects.order_by("pk").first().claimed_at is not None
    reused = post(client, notice, body[:1])
    assert reused.status_code == 422
    assert reused["Content-Type"] == "application/problem+json"


def test_a_key_is_a_persons_own_and_of_one_notice(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    [second] = issue(file_another(world))
    colleague = User.objects.create(
        username="second", name="第二人", role="liaison", password="!"
    )
    world.platform.liaisons.filter(user=None).update(user=colleague)
    one, other = notice.items.order_by("position").values_list("pk", flat=True)
    requests = (
        (world.liaison, notice, one),
        (colleague, notice, other),
        (world.liaison, second, second.items.get().pk),
    )
    for user, about, item in requests:
        answered = post(
            client_for(user),
            about,
            [{"item": item, "outcome": "removed"}],
            key="the same",
        )
        assert (answered.status_code, answered.json()[0]["result"]) == (200, "accepted")
    assert Answer.objects.count() == 3


def test_what_is_missing_or_malformed_is_said_with_its_status(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    client = client_for(world.liaison)
    for key in ("", "k" * 201):
        assert post(client, notice, [], key=key).status_code == 400
    assert post(client, notice, {"outcome": "removed"}).status_code == 400
    half_a_pair = '[{"address": "https://item.jd.com/123456.html", "outcome": "removed", "remark": "\\ud800"}]'
    for unusable in ("{", "[" * 50_000 + "]" * 50_000, half_a_pair):
        answer = client.post(
            f"/api/v1/notices/{notice.number}/replies/",
            data=unusable,
            content_type="application/json",
            headers={"idempotency-key": "k2"},
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "parse-error")


def test_more_replies_than_a_request_may_hold_are_refused_before_any_is_read(
    world: World,
):
    add_targets(world, 1)
    [notice] = issue(world)
    item = notice.items.get()
    answered = post(
        client_for(world.liaison),
        notice,
        [{"item": item.pk, "outcome": "removed"}, *[{}] * 10_000],
    )
    assert (answered.status_code, answered.json()["code"]) == (400, "parse-error")
    assert not Answer.objects.exists()


def test_a_row_that_is_no_reply_is_refused_alone(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    item = notice.items.get().pk
    rows = [
        ("removed", "bad-row"),
        ({}, "bad-row"),
        ({"outcome": "removed"}, "bad-row"),
        ({"address": 5, "outcome": "removed"}, "bad-row"),
        ({"item": item, "address": 5, "outcome": "removed"}, "bad-row"),
        ({"address": "\x00", "outcome": "removed"}, "bad-row"),
        ({"item": "9" * 5_000, "outcome": "removed"}, "not-in-notice"),
        ({"item": True, "outcome": "removed"}, "not-in-notice"),
        ({"item": item, "outcome": "removed", "remark": "\x00"}, "bad-row"),
        ({"item": item, "outcome": "removed", "at": "yesterday"}, "bad-at"),
        ({"item": item, "outcome": "\x00"}, "unknown-outcome"),
        ({"item": item, "outcome": "removed"}, ""),
    ]
    answered = post(
        client_for(world.liaison), notice, [row for row, _code in rows]
    ).json()
    assert [(row["row"], row["code"]) for row in answered] == list(
        enumerate((code for _row, code in rows), start=1)
    )
    assert [row["result"] for row in answered] == ["refused"] * (len(rows) - 1) + [
        "accepted"
    ]


def test_a_body_that_is_too_large_is_told_with_413(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    reply = {
        "item": notice.items.get().pk,
        "outcome": "removed",
        "remark": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    }
    answered = post(client_for(world.liaison), notice, [reply])
    assert (answered.status_code, answered.json()["code"]) == (413, "too-large")
    assert not Answer.objects.exists()


def test_the_same_body_in_another_spelling_is_the_same_request(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    reply = {"item": notice.items.get().pk, "outcome": "removed", "remark": "x"}
    client = client_for(world.liaison)
    first = post(client, notice, [reply])
    again = post(client, notice, [dict(reversed(reply.items()))])
    assert (again.status_code, again.content) == (200, first.content)


def test_who_may_not_see_or_answer_is_told_so_before_the_body_is_read(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    for user, status in ((world.other_liaison, 404), (world.officer, 403)):
        answered = client_for(user).post(
            f"/api/v1/notices/{notice.number}/replies/",
            data="{",
            content_type="application/json",
            headers={"idempotency-key": "k"},
        )
        assert answered.status_code == status


def test_who_may_not_see_gets_404_and_who_may_not_answer_403(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    assert (
        post(client_for(world.other_liaison), notice, "anything at all").status_code
        == 404
    )
    assert post(client_for(world.officer), notice, []).status_code == 403
    assert post(client_for(world.stranger), notice, []).status_code == 404
    assert post(Client(), notice, []).status_code == 401
    auditor = User.objects.create(
        username="auditor", name="auditor", role="auditor", password="!"
    )
    assert client_for(auditor).get("/api/v1/notices/").status_code == 404


def test_a_draft_does_not_exist_for_its_liaison(world: World):
    add_targets(world, 1)
    [notice] = workflow.compose_notices(case=world.case, actor=world.officer).notices
    client = client_for(world.liaison)
    assert client.get("/api/v1/notices/").json()["results"] == []
    assert client.get(f"/api/v1/notices/{notice.number}/items/").status_code == 404


def test_an_officer_answers_on_behalf_only_with_the_document(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    replies = [workflow.Reply(1, "removed", item=notice.items.get().pk)]
    with pytest.raises(PermissionDenied):
        workflow.answer_items(notice=notice, replies=replies, actor=world.officer)
    paper = store_file(b"fax", "application/pdf")
    [result] = workflow.answer_items(
        notice=notice, replies=replies, actor=world.officer, document=paper
    )
    assert result.ok
    assert answer(world, notice) == []


@pytest.mark.parametrize(
    "place", ["p=abc", "p=a\x00b", "p=1e5", "p=9999999999999999999999", "p=-1"]
)
def test_a_cursor_that_nobody_was_given_is_not_found(world: World, place: str):
    add_targets(world, 1)
    [notice] = issue(world)
    cursor = quote(b64encode(place.encode()).decode())
    for url in ("/api/v1/notices/", f"/api/v1/notices/{notice.number}/items/"):
        assert (
            client_for(world.liaison).get(f"{url}?cursor={cursor}").status_code == 404
        )


def test_a_body_with_an_unknown_field_is_refused_as_a_whole_and_the_field_named(
    world: World,
):
    add_targets(world, 2)
    [notice] = issue(world)
    first, second = notice.items.order_by("pk").values_list("pk", flat=True)
    client = client_for(world.liaison)
    url = f"/api/v1/notices/{notice.number}/replies/"
    body = [
        {"item": first, "outcome": "removed"},
        {"item": second, "outcome": "removed", "foo": 1},
    ]
    refused = post(client, notice, body)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["[1].foo"]
    assert set(notice.items.values_list("state", flat=True)) == {"open"}
    del body[1]["foo"]
    assert post(client, notice, body).status_code == 200
    taken_back = client.delete(
        f"{url}{first}/", {"foo": 1}, content_type="application/json"
    )
    assert [error["field"] for error in taken_back.json()["errors"]] == ["foo"]
    assert set(notice.items.values_list("state", flat=True)) == {"claimed"}


def test_what_a_platform_states_besides_is_kept_as_its_words(world: World):
    targets = add_targets(world, 2)
    [notice] = issue(world)
    body = [
        {
            "address": targets[0].thing.url, "outcome": "refused", "reason": "suspended", "until": "2026-12-31",
            "remark": "商家停业", "ticket": "T-9",
        },
        {"address": targets[1].thing.url, "outcome": "removed", "measure": {"a": 1}},
    ]  # fmt: skip
    said = post(client_for(world.liaison), notice, body).json()
    assert [(row["result"], row["code"]) for row in said] == [
        ("accepted", ""),
        ("refused", "field-unreadable"),
    ]
    kept = Answer.objects.get(item__target=targets[0]).remark
    assert kept == "商家停业\nreason: suspended\nticket: T-9\nuntil: 2026-12-31"


def test_notices_are_filtered_by_platform_and_day_of_issue(world: World):
    add_targets(world, 1)
    [notice] = issue(world)
    client = client_for(world.officer)

    def found(query: str) -> Any:
        said = client.get(f"/api/v1/notices/?{query}")
        return (
            [row["number"] for row in said.json()["results"]]
            if said.status_code == 200
            else said.status_code
        )

    assert found(f"platform={notice.platform.slug}") == [notice.number]
    assert found("platform=nowhere") == 400
    day = timezone.localdate(notice.issued_at)
    assert found(f"issued_after={day}") == [notice.number]
    assert found(f"issued_after={day.replace(year=day.year + 1)}") == []
    assert found(f"issued_after={quote(notice.issued_at.isoformat())}") == []
    assert found("issued_after=soon") == 400


def test_notices_that_changed_since_a_moment_are_found(world: World):
    add_targets(world, 2)
    [notice] = issue(world)
    [other] = issue(file_another(world))
    client = client_for(world.liaison)

    def found(since: datetime) -> list[str]:
        answer = client.get("/api/v1/notices/", {"updated_since": since.isoformat()})
        return [line["number"] for line in answer.json()["results"]]

    long_ago = timezone.now() - timedelta(days=2)
    with pgtrigger.ignore("notices.Notice:notice_change_is_noted"):
        Notice.objects.update(changed_at=long_ago)
    yesterday = timezone.now() - timedelta(days=1)
    assert found(yesterday) == []
    assert found(long_ago) == [other.number, notice.number]
    answer(world, notice, items=[notice.items.first().pk])
    assert found(yesterday) == [notice.number]
    assert (
        client.get("/api/v1/notices/?updated_since=yesterday").json()["errors"][0][
            "field"
        ]
        == "updated_since"
    )


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"measure": "x" * 101}, "field-too-long"),
        ({"ticket": "x" * 61}, "field-too-long"),
        ({"done_on": "yesterday"}, "field-unreadable"),
        ({"published_at": "no address"}, "field-unreadable"),
        ({"exhibits": ["1", {"a": 1}]}, "field-unreadable"),
        ({"remark": "x" * 290, "ticket": "y" * 20}, "remark-too-long"),
        ({"measure": "下架", "done_on": "2026-11-05", "exhibits": ["E1", "E2"]}, ""),
    ],
)
def test_what_is_stated_keeps_to_what_the_document_says(
    world: World, stated: dict[str, Any], code: str
):
    [target] = add_targets(world, 1)
    [notice] = issue(world)
    [row] = post(
        client_for(world.liaison),
        notice,
        [{"address": target.thing.url, "outcome": "refused", **stated}],
    ).json()
    assert row["code"] == code
    assert row["detail"] or not code
