"""Where stored files lie: what a FILES_URL may say."""

from pathlib import Path

import pytest

from runtime.files_url import storage


@pytest.fixture(autouse=True)
def packages(monkeypatch):
    """As if what a bucket needs were installed."""
    monkeypatch.setattr("runtime.files_url.find_spec", lambda name: object())


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/srv/files", "/srv/files"),
        ("file:///srv/a%20b", "/srv/a b"),
        ("/文件", "/文件"),
    ],
)
def test_an_absolute_path_is_a_directory(url, path):
    assert storage(url)["OPTIONS"]["location"] == Path(path)


@pytest.mark.parametrize("url", ["files", "./files", "file://host/files", ""])
def test_a_path_that_is_another_one_elsewhere_is_refused(url):
    with pytest.raises(ValueError, match="/srv/corps/files"):
        storage(url)


@pytest.mark.parametrize("url", ["http://files.example/", "S4://bucket/", "ftp://h/x"])
def test_another_kind_of_place_is_refused(url):
    with pytest.raises(ValueError, match="s3://BUCKET/FOLDER"):
        storage(url)


def test_a_bucket_may_be_found_without_a_key():
    assert storage("s3://files/corps/")["OPTIONS"] == {
        "bucket_name": "files",
        "location": "corps",
    }


def test_signs_in_key_and_secret_are_written_with_percent():
    options = storage("s3://ke%40y:se%2Fcret@files/")["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == ("ke@y", "se/cret")


def test_a_bucket_of_ones_own_is_asked_by_path():
    url = "s3://files/?endpoint=https://s3.example&region=cn-1"
    options = storage(url)["OPTIONS"]
    assert options["endpoint_url"] == "https://s3.example"
    assert options["region_name"] == "cn-1"
    assert options["addressing_style"] == "path"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3:///folder", "bucket is missing"),
        ("s3://hush@files/", "KEY:SECRET"),
        ("s3://hush:@files/", "KEY:SECRET"),
        ("s3://k:hush@files/?zone=1", "zone is no option"),
        ("s3://k:hush@/folder", "bucket is missing"),
    ],
)
def test_a_fault_is_told_without_telling_the_secret(url, said):
    with pytest.raises(ValueError, match=said) as fault:
        storage(url)
    assert "hush" not in str(fault.value)


def test_missing_packages_are_told_with_the_way_to_them(monkeypatch):
    monkeypatch.setattr("runtime.files_url.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"requirements-s3\.txt"):
        storage("s3://files/")
