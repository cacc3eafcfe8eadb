"""Rows by the thousand: text that COPY gives back as it was, and writing beside other work."""

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from corps.audit.recording import record_alike
from corps.database import copy
from corps.deadlines.clock import now
from corps.models import AuditEntry, StoredFile, User

COLUMNS = ["id", "sha256", "size", "content_type"]
NASTY = [
    "",
    "a\tb",
    "a\nb\r\nc",
    "\\N",
    "\\.",
    "a\\u0000b",
    '"quoted"',
    "汉字𠮷",
    "\x07",
    "x" * 50,
]


def line(pk: int, text: str, sha: str = "") -> str:
    return f"{pk}\t{sha or pk}\t1\t{copy.copied(text)}"


@pytest.mark.django_db
def test_text_comes_back_as_it_was_written():
    ids = copy.take_ids(StoredFile, len(NASTY))
    assert ids == sorted(set(ids))
    copy.copy_lines(
        StoredFile,
        COLUMNS,
        [line(pk, text) for pk, text in zip(ids, NASTY, strict=True)],
    )
    assert (
        list(StoredFile.objects.order_by("pk").values_list("content_type", flat=True))
        == NASTY
    )


@pytest.mark.django_db
def test_what_postgresql_cannot_keep_is_dropped():
    pk = copy.take_ids(StoredFile, 1)[0]
    copy.copy_lines(StoredFile, COLUMNS, [line(pk, "a\x00b\ud800c")])
    assert StoredFile.objects.get(pk=pk).content_type == "abc"


@pytest.mark.django_db
@pytest.mark.parametrize("write", [copy.copied_json, copy.copied_texts])
def test_json_comes_back_as_it_was_written(write):
    value = {f"k{number}": text for number, text in enumerate(NASTY)} | {
        "nul": "a\x00b\\u0000c"
    }
    columns = [
        "at",
        "role",
        "channel",
        "address",
        "verb",
        "subject_type",
        "thread",
        "detail",
    ]
    copy.copy_lines(
        AuditEntry, columns, [f"{now().isoformat()}\t\ttask\t\tx\t\t\t{write(value)}"]
    )
    assert AuditEntry.objects.get().detail == value | {"nul": "ab\\u0000c"}


@pytest.mark.django_db
def test_nothing_to_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        copy.copy_lines(StoredFile, COLUMNS, [])
        assert copy.take_ids(StoredFile, 0) == []


@pytest.mark.django_db
def test_what_is_copied_beside_is_there_for_the_next_statement_and_when_the_block_ends():
    first, second = copy.take_ids(StoredFile, 2)
    with copy.copying_beside():
        copy.copy_lines(StoredFile, COLUMNS, [line(first, "a")])
        assert StoredFile.objects.filter(pk=first).exists()
        copy.copy_lines(StoredFile, COLUMNS, [line(second, "b")])
    assert StoredFile.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sha", "error"), [("same", IntegrityError), ("x" * 65, DataError)]
)
def test_what_postgresql_refuses_beside_is_raised_in_the_block_and_undoes_the_transaction(
    sha, error
):
    ids = copy.take_ids(StoredFile, 2)
    with pytest.raises(error), transaction.atomic(), copy.copying_beside():
        copy.copy_lines(StoredFile, COLUMNS, [line(pk, "a", sha) for pk in ids])
    assert not StoredFile.objects.exists()
    assert connection.is_usable()


@pytest.mark.django_db
def test_the_same_is_recorded_of_many_with_one_statement(django_assert_num_queries):
    person = User.objects.create(username="x", name="x", role="auditor")
    at = now()
    with django_assert_num_queries(1):
        record_alike(
            person,
            "file.kept",
            StoredFile,
            [3, 5],
            at=at,
            thread="case:1",
            of={"a": "b\\n"},
        )
    entries = AuditEntry.objects.order_by("subject_id")
    facts = entries.values_list(
        "subject_id", "subject_type", "at", "actor", "role", "thread", "verb"
    )
    assert list(facts) == [
        (pk, "corps.storedfile", at, person.pk, "auditor", "case:1", "file.kept")
        for pk in (3, 5)
    ]
    assert entries[0].detail == {"of": {"a": "b\\n"}}
    with django_assert_num_queries(0):
        record_alike(person, "file.kept", StoredFile, [], at=at)


@pytest.mark.django_db
def test_different_values_are_written_into_many_rows_with_one_statement(
    django_assert_num_queries,
):
    person = User.objects.create(username="x", name="x", role="auditor")
    rows = [
        User.objects.create(username=f"u{number}", name="before", role="auditor")
        for number in range(3)
    ]
    untouched = User.objects.create(username="other", name="before", role="auditor")
    seen = now()
    for number, row in enumerate(rows):
        row.name, row.last_login = (
            f"第{number}个 'a' \\ {{}}, NULL",
            seen if number else None,
        )
    with django_assert_num_queries(1):
        copy.update_many(rows, ["name", "last_login"])
    for row in rows:
        kept = User.objects.get(pk=row.pk)
        assert (kept.name, kept.last_login, kept.role) == (
            row.name,
            row.last_login,
            "auditor",
        )
    untouched.refresh_from_db()
    assert (untouched.name, person.name) == ("before", "x")
    with django_assert_num_queries(0):
        copy.update_many([], ["name"])
