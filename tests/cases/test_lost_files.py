"""Where files lie is a setting; a file that is not there any more ends what needs it with a sentence."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.module_loading import import_string

from cases import tasks
from cases.models import SheetImport
from corps.models import AuditEntry
from corps.workflow import open_file, store_file
from runtime.files_url import directory, storage
from tests.cases.conftest import hand_in, sheet_of

LISTING = "https://item.taobao.com/item.htm?id=600000000001,,下架商品,面膜"


def storage_of(entry: dict):
    return import_string(entry["BACKEND"])(**entry["OPTIONS"])


def test_hosts_that_share_a_directory_read_what_another_stored(tmp_path: Path):
    url = (tmp_path / "shared files").as_uri()
    one, other = storage_of(storage(url)), storage_of(storage(url))
    one.save("ab/cd/abcd", ContentFile(b"evidence"))
    assert other.open("ab/cd/abcd").read() == b"evidence"
    assert storage(str(tmp_path / "shared files")) == storage(url)
    apart = storage_of(directory(tmp_path / "data of another host" / "files"))
    assert not apart.exists("ab/cd/abcd")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("files", "a directory is given as"),
        ("file://host/files", "a directory is given as"),
        ("https://bucket.example/", "it must be a directory, or s3://"),
        ("s3://", "the bucket is missing"),
        ("s3://key@bucket/files", "a key and its secret"),
        ("s3://bucket/files?foo=1", "foo is no option"),
        ("s3://key:secret@bucket/files?region=r", "requirements-s3.txt"),
    ],
)
def test_what_cannot_be_a_storage_is_said_without_its_secret(url: str, said: str):
    with pytest.raises(ValueError, match=said) as refused:
        storage(url)
    assert "secret@" not in str(refused.value)


def test_an_import_whose_file_is_lost_ends_with_a_sentence(scenario):
    sheet_import = hand_in(scenario, sheet_of(LISTING), "a.csv")
    default_storage.delete(sheet_import.complaint.sheet.path)
    tasks.read_sheet(str(sheet_import.pk))
    sheet_import.refresh_from_db()
    assert sheet_import.state == SheetImport.State.FAILED
    assert sheet_import.explanation == "文件已不在存放处，无法读取，请重新提交。"


def test_a_download_of_what_is_lost_says_so_and_is_not_told_as_opened(scenario, client):
    complaint = hand_in(scenario, sheet_of(LISTING), "a.csv").complaint
    content = open_file(complaint.sheet).read()
    default_storage.delete(complaint.sheet.path)
    client.force_login(scenario.officer)
    client.raise_request_exception = False
    answer = client.get(f"/cases/complaints/{complaint.number}/sheet")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert "文件已不在存放处" in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="paper.opened").exists()

    assert store_file(content, "text/csv") == complaint.sheet
    assert client.get(f"/cases/complaints/{complaint.number}/sheet").status_code == 200
