"""The list of refusal codes is closed, and the API's document says what the code says."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from corps.api.schema import refusal_codes
from corps.models import User
from corps.workflow import make_key
from tests.refusals import PAPER, TABLE, collect, paper, table


def test_every_code_stands_in_the_list_with_its_sentences():
    refusals = collect()
    again = "run `python -m tests.refusals`"
    assert table(refusals) == TABLE.read_text(), again
    assert paper(refusals) == PAPER.read_text(), again
    assert {code for kind, code in refusals if kind in ("act", "problem")} == set(
        refusal_codes("act", "problem")
    )


@pytest.fixture
def document(db: None) -> Any:
    """Gives the document as a program gets it."""
    user = User.objects.create(
        username="auditor", name="auditor", role="auditor", password="!"
    )
    key = make_key(user=user, actor=user, at=timezone.now())

    def read(query: str = "", **headers: str) -> Any:
        headers |= {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        answer = Client().get(f"/api/v1/schema/{query}", headers=headers)
        assert answer.status_code == 200
        return answer.json()

    return read


def texts(part: Any) -> list[str]:
    """Every summary and description of a document."""
    if isinstance(part, list):
        return [text for each in part for text in texts(each)]
    if not isinstance(part, dict):
        return []
    own = [
        part[name]
        for name in ("summary", "description")
        if isinstance(part.get(name), str)
    ]
    return own + [text for each in part.values() for text in texts(each)]


def test_the_document_is_in_one_language(document):
    chinese = re.compile("[一-鿿]")
    assert not [text for text in texts(document()) if chinese.search(text)]
    for said in (
        texts(document("?lang=zh-hans")),
        texts(document(**{"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})),
    ):
        words = [text for text in said if text.strip() and not chinese.search(text)]
        # Codes whose words are the codes themselves, and what is no sentence in any language.
        assert not [
            text
            for text in words
            if not re.fullmatch(r"(\* `[\w-]+` - [\w-]+\s*)+|platform/kind/id", text)
        ]


def test_every_operation_says_what_it_does_takes_and_may_refuse(document):
    said = document()
    assert said["servers"]
    assert said["info"]["contact"]
    tags = {tag["name"] for tag in said["tags"]}
    for address, operations in said["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], address
            assert operation["description"], address
            assert set(operation["tags"]) <= tags
            refused = {
                status: answer
                for status, answer in operation["responses"].items()
                if status[0] == "4"
            }
            assert {"400", "401", "404"} <= set(refused), (address, method)
            for answer in refused.values():
                assert answer["content"] == {
                    "application/problem+json": {
                        "schema": {"$ref": "#/components/schemas/Problem"}
                    }
                }
    replies = said["paths"]["/api/v1/notices/{number}/replies/"]["post"]["requestBody"][
        "content"
    ]
    assert list(replies) == ["application/json"]
    assert replies["application/json"]["schema"]["type"] == "array"
