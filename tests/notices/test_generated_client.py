"""A client that a common generator makes of the API's document lists notices and items, and answers them."""

import importlib
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client
from django.utils import timezone
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from corps.workflow import make_key
from notices.models import Answer
from tests.notices.world import World, add_targets, arrive, issue

NAME = "generated_client"


class Site(httpx.BaseTransport):
    """The site, asked within this process and its transaction."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in ("content-type", "cookie")
        }
        answer = Client().generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", ""),
            headers=headers,
        )
        return httpx.Response(
            answer.status_code, headers=dict(answer.items()), content=answer.content
        )


@pytest.fixture
def part(tmp_path: Path, world: World) -> Iterator[Callable[[str], Any]]:
    """Gives a module of the client that was made of the document as this installation serves it."""
    document = tmp_path / "schema.json"
    answer = Client().get(
        "/api/v1/schema/", headers=key_of(world) | {"Accept": "application/json"}
    )
    assert answer.status_code == 200
    document.write_bytes(answer.content)
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),
        MetaType.NONE,
        document_source=document,
        file_encoding="utf-8",
        overwrite=True,
        output_path=tmp_path / NAME,
    )
    assert list(generate(config=config)) == []
    sys.path.insert(0, str(tmp_path))
    yield lambda name: importlib.import_module(f"{NAME}.{name}")
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def key_of(world: World) -> dict[str, str]:
    key = make_key(user=world.liaison, actor=world.liaison, at=timezone.now())
    return {"Authorization": f"Bearer {key}"}


def test_a_generated_client_lists_and_answers(part: Callable[[str], Any], world: World):
    targets = add_targets(world, 3)
    [notice] = issue(world)
    client = part("client").AuthenticatedClient(
        base_url="http://testserver",
        token=key_of(world)["Authorization"].removeprefix("Bearer "),
        httpx_args={"transport": Site()},
    )
    listing = part("api.notices.notices_list")
    [before] = listing.sync(client=client).results
    assert (before.number, before.state.value, before.due_on, before.items_open) == (
        notice.number,
        "issued",
        None,
        3,
    )
    arrive(world, notice)
    [after] = listing.sync(
        client=client, state=part("models.notices_list_state").NoticesListState.ISSUED
    ).results
    assert after.due_on == type(notice).objects.get().reply_due_on

    items = (
        part("api.notices.notices_items_list")
        .sync(notice.number, client=client)
        .results
    )
    assert [item.target for item in items] == [
        f"taobao/listing/{target.listing.canonical_id}" for target in targets
    ]
    assert (items[0].kind.value, items[0].state.value, items[0].outcome.value) == (
        "listing",
        "open",
        "",
    )

    reply, claim = part("models").ReplyRequest, part("models").Claim
    body = [
        reply(
            item=items[0].item,
            outcome=claim.REMOVED,
            at=datetime(2026, 11, 5, 14, 30, tzinfo=UTC),
            ticket="T-9",
        ),
        reply(address=items[1].address, outcome=claim.REFUSED, remark="资质齐全"),
        reply(item=items[0].item, outcome=claim.REMOVED),
        reply(item=items[2].item, outcome=claim.REMOVED, measure="x" * 101),
    ]
    replies = part("api.notices.notices_replies_create")
    rows = replies.sync(
        notice.number, client=client, body=body, idempotency_key="first"
    )
    assert [(row.row, row.result.value, row.code.value) for row in rows] == [
        (1, "accepted", ""),
        (2, "accepted", ""),
        (3, "refused", "already-answered"),
        (4, "refused", "field-too-long"),
    ]
    assert Answer.objects.count() == 2
    told = replies.sync(
        notice.number, client=client, body=body[:1], idempotency_key="first"
    )
    assert (told.status, told.code.value) == (422, "key-reused")
    lost = part("api.notices.notices_retrieve").sync("N2020-999999", client=client)
    assert (lost.status, lost.code.value) == (404, "not-found")
