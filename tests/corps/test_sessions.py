"""Who a request comes from: sessions that hold, that end, and that nobody gave out."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from corps.sessions import person_of
from corps.workflow import deactivate_user
from tests.corps.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer)
    return client


def is_out(client) -> bool:
    return reverse("account_login") in client.get("/").headers.get("Location", "")


def test_an_expired_session_is_none(signed_in):
    assert not is_out(signed_in)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert is_out(signed_in)


def test_a_key_that_was_never_given_out_is_none(client, settings):
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    assert is_out(client)
    client.cookies[settings.SESSION_COOKIE_NAME] = "' OR 1=1 --"
    assert is_out(client)


def test_a_session_ends_with_its_persons_account_and_password(signed_in, officer, administrator):
    officer.set_password("another-password-1")
    officer.save()
    assert is_out(signed_in)
    signed_in.force_login(officer)
    deactivate_user(user=officer, actor=administrator, at=NOW)
    assert is_out(signed_in)


def test_a_person_comes_whole_and_with_their_unit_in_one_query(officer, administrator):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = person_of(str(officer.pk))
        assert (found.unit.name, found.unit.path) == (officer.unit.name, officer.unit.path)
        assert (found.role, found.duties, found.lists, found.created_at) == (
            officer.role,
            officer.duties,
            officer.lists,
            officer.created_at,
        )
        assert found.get_deferred_fields() == set()
    assert len(asked) == 1
    assert found.unit.parent == officer.unit.parent
    assert person_of(administrator.pk).unit is None
    assert person_of(2**31) is None
