"""Static files have their hash in their names and are kept for a year and more."""

import re

import pytest
from django.templatetags.static import static
from django.test import Client

YEAR = 365 * 24 * 3600


@pytest.fixture
def hashed(settings) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "corps.ui.static_files.HashedStaticFiles"}
    }


def age(answer) -> int:
    found = re.search(r"max-age=(\d+)", answer.headers["Cache-Control"])
    assert found
    return int(found[1])


@pytest.mark.parametrize(
    "name", ["corps.css", "vendor/htmx.min.js", "js/rows.js", "icons.svg"]
)
def test_a_name_with_its_hash_is_kept_and_a_plain_one_asked_about(hashed, name: str):
    url = static(name)
    stem, ending = name.rsplit(".", 1)
    assert re.fullmatch(rf"/static/{re.escape(stem)}\.[0-9a-f]{{12}}\.{ending}", url)
    kept = Client().get(url)
    assert kept.status_code == 200
    assert "immutable" in kept.headers["Cache-Control"]
    assert age(kept) >= YEAR
    assert age(Client().get(f"/static/{name}")) <= 60


def test_a_script_imports_what_pages_load(hashed):
    script = b"".join(Client().get(static("js/rows.js")).streaming_content).decode()
    assert static("js/keys.js").rpartition("/")[2] in script
