"""Fixtures for every room. Servers, workers, mail and browser come from the plugins beside this file."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from corps.installation import organisation
from tests.services import copy_template, make_template


def pytest_configure() -> None:
    """The live server finds static files under their plain names alone; `test_static_files` is about the others.

    A password takes Argon2 a seventh of a second, on purpose; `test_passwords` is about that. Every test client makes
    the middleware anew, and WhiteNoise would look at all static files each time; here it looks for what is asked.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"
    }


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """This worker's database, in place of pytest-django's own way of making one."""
    make_template()
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
def known_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    """The organisation's name is known from the start of a test to its end, so that the number of a page's statements
    does not hang on how many seconds ago it was last read."""
    monkeypatch.setattr(organisation, "SECONDS", 3_600)
    organisation._shown["name"] = time.monotonic(), settings.ORGANISATION
