"""Free room for stored files is told in /statusz and on the administrator's first page."""

from collections import namedtuple

import pytest

from corps.monitoring import disk
from corps.monitoring.extensions import status_providers

Usage = namedtuple("Usage", "free")


@pytest.fixture
def almost_full(monkeypatch) -> None:
    monkeypatch.setattr(
        disk.shutil, "disk_usage", lambda _place: Usage(100 * disk.MEGABYTE)
    )


def test_a_disk_that_is_almost_full_is_an_alarm(almost_full):
    status = status_providers["disk"]()
    assert (status.value, status.is_ok) == ({"free_megabytes": 100}, False)


def test_a_disk_with_room_is_none(monkeypatch):
    monkeypatch.setattr(
        disk.shutil, "disk_usage", lambda _place: Usage(5000 * disk.MEGABYTE)
    )
    assert status_providers["disk"]().is_ok
    assert list(disk.disk_need(None)) == []


def test_the_administrator_sees_it(client, administrator, almost_full):
    client.force_login(administrator)
    page = client.get("/").content.decode()
    assert "文件磁盘仅剩 100 MB" in page
    assert "文件磁盘可用空间：100.0" in page
