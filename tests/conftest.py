"""Fixtures for every room. Servers, workers, mail and browser come from the plugins beside this file."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker, Settings

from corps.installation import organisation
from corps.ui import navigation
from tests.services import copy_template

# Files by the seconds that they take, where these are many; of the others each test counts as a tenth of one.
SECONDS = {
    "test_every_route.py": 98,
    "notices/test_neighbours.py": 95,
    "corps/test_commands.py": 88,
    "cases/test_neighbours.py": 71,
    "corps/test_manager.py": 69,
    "test_unknown_parameters.py": 56,
    "notices/test_pages_seen.py": 55,
    "path/test_in_the_browser.py": 52,
    "cases/test_pages_seen.py": 49,
    "interface/test_every_page_seen.py": 20,
    "demo/test_campaign.py": 43,
    "notices/test_leaving.py": 40,
    "interface/test_gallery.py": 37,
    "corps/test_outbox.py": 36,
    "interface/test_record_lists.py": 36,
    "test_odd_bodies.py": 34,
    "test_state_walks.py": 32,
    "dashboards/test_pages.py": 32,
    "test_search.py": 31,
    "cases/test_carrying_over_model.py": 30,
    "cases/test_imports.py": 27,
    "listings/test_sheets_hostile.py": 25,
    "corps/test_due_command.py": 24,
    "notices/test_home.py": 24,
    "corps/test_lockout.py": 24,
    "dashboards/test_statistics.py": 23,
    "test_informant.py": 22,
    "corps/test_restored_audit.py": 22,
    "stores/test_neighbours.py": 21,
    "notices/test_withdrawals.py": 21,
    "cases/test_pages_cases.py": 20,
    "cases/test_claims.py": 20,
    "corps/test_seals.py": 20,
}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that no worker begins one when the others have nothing left to do."""
    tests = Path(__file__).parent
    counts = Counter(item.path for item in items)
    items.sort(
        key=lambda item: (
            -SECONDS.get(
                item.path.relative_to(tests).as_posix(), counts[item.path] / 10
            )
        )
    )


def pytest_configure() -> None:
    """The live server finds static files under their plain names alone; `test_static_files` is about the others.

    Property-based tests draw the same examples in every run of the suite, and new ones in `make proof`.

    A password takes Argon2 a seventh of a second, on purpose; `test_passwords` is about that. Every test client makes
    the middleware anew, and WhiteNoise would look at all static files each time; here it looks for what is asked.
    """
    hypothesis_settings.register_profile("suite", derandomize=True)
    hypothesis_settings.load_profile("default" if os.environ.get("PROOF") else "suite")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This worker's database, in place of pytest-django's own way of making one."""
    copy_template()
    # A flush would take away what migrations wrote, and the runtime role may not truncate.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda _case: copy_template()
        )
        yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(autouse=True)
def known_for_long(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a process keeps for some seconds, the organisation's name and the sidebar's counts, it keeps for the length
    of a test, so that the number of a page's statements does not hang on how quick the machine is. In a browser counts
    run out as always."""
    monkeypatch.setattr(organisation, "SECONDS", 3_600)
    organisation._shown["name"] = time.monotonic(), settings.ORGANISATION
    navigation._counted.clear()
    if "page" not in request.fixturenames:
        settings.SIDEBAR_COUNT_SECONDS = 3_600


@pytest.fixture
def english() -> Iterator[None]:
    """Texts in English, which are the messages themselves."""
    with translation.override("en"):
        yield
