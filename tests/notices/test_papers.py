"""Papers that are handed in with an act: judged by their content, and kept only if the act is done."""

import errno
import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from corps.deadlines.clock import today
from corps.models import AuditEntry, StoredFile
from corps.workflow import put_away_unnamed
from notices.models import Answer, AnswerSheet, Notice
from tests import papers
from tests.notices.world import World, add_targets, ago, issue
from tests.put_into import put_into

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(world: World) -> Notice:
    add_targets(world, 1)
    [notice] = issue(world)
    return notice


def client_of(person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def kept() -> int:
    """How many files are kept beside the letter's own."""
    return StoredFile.objects.filter(
        content_type__in=["application/pdf", "image/png", "text/csv"]
    ).count()


def upload(content: bytes, name: str = "fax.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def behalf(world: World, notice: Notice, content: bytes, lines: str):
    said = {"lines": lines, "outcome": "removed", "document": upload(content)}
    return client_of(world.officer).post(
        reverse("notices:behalf", args=[notice.number]), said
    )


def serve(world: World, notice: Notice, content: bytes):
    said = {"proof": "专人送达", "served_on": today(), "document": upload(content)}
    return client_of(world.officer).post(
        reverse("notices:serve", args=[notice.number]), said
    )


@pytest.mark.parametrize(
    "content", [b"I say so", b"\x00\x9f\x12random bytes", b"%PDF-1.7 cut off"]
)
def test_what_is_no_paper_is_refused_beside_its_field_and_not_kept(
    world, notice, content
):
    before = StoredFile.objects.count()
    item = notice.items.get().target.listing.canonical_id
    for page in (behalf(world, notice, content, item), serve(world, notice, content)):
        assert page.status_code == 200
        assert page.context["form"].errors["document"]
    notice.refresh_from_db()
    assert (notice.served_otherwise, Answer.objects.count()) == ("", 0)
    assert StoredFile.objects.count() == before


def test_a_paper_whose_act_is_refused_is_not_kept(world, notice):
    content = papers.PDF.replace(b"Catalog", b"Catalog/Act/Refused")
    assert behalf(world, notice, content, "99999").status_code == 200
    put_into(Notice.objects.filter(pk=notice.pk), "withdrawn")
    assert serve(world, notice, content).status_code == 200
    assert kept() == 0
    assert not default_storage.exists(StoredFile(sha256=sha256_of(content)).path)


def test_the_type_of_a_paper_is_that_of_its_content(world, notice):
    said = {
        "proof": "专人送达",
        "served_on": today(),
        "document": upload(papers.png(), "proof.pdf"),
    }
    client_of(world.officer).post(reverse("notices:serve", args=[notice.number]), said)
    stored = StoredFile.objects.get(content_type="image/png")
    assert (
        AuditEntry.objects.get(verb="notice.served_otherwise").detail["document"]
        == stored.sha256
    )


def test_the_proof_of_service_is_never_put_away(world, notice):
    serve(world, notice, papers.PDF)
    StoredFile.objects.update(handed_in_at=ago(days=400))
    put_away_unnamed()
    assert kept() == 1


def test_an_answer_sheet_that_cannot_be_read_is_not_kept(world, notice):
    before = StoredFile.objects.count()
    sheet = SimpleUploadedFile("answers.xlsx", b"\x00\x01 random")
    url = reverse("notices:answers", args=[notice.number])
    page = client_of(world.liaison).post(url, {"sheet": sheet})
    assert page.context["form"].errors["sheet"]
    assert StoredFile.objects.count() == before
    assert not AnswerSheet.objects.exists()


def test_a_full_disk_is_a_sentence_and_leaves_neither_row_nor_file(
    world, notice, monkeypatch
):
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("corps.files.storage.os.fsync", full)
    content = papers.PDF.replace(b"Catalog", b"Catalog/Never/Kept")
    page = serve(world, notice, content)
    assert page.status_code == 507
    assert "磁盘空间不足" in page.content.decode()
    notice.refresh_from_db()
    assert notice.served_otherwise == ""
    assert kept() == 0
    folder = Path(
        default_storage.path(StoredFile(sha256=sha256_of(content)).path)
    ).parent
    assert list(folder.iterdir()) == []


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
