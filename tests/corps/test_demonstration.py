"""A demonstration whose loading was cut off is dropped, unless somebody is loading it at this moment."""

import pytest
from django.utils import timezone

from corps.errors import TransitionRefused
from corps.models import Installation, User
from corps.workflow.accounts import create_user
from corps.workflow.demonstration import give_demonstration_password
from runtime import ServicesError, demonstration
from runtime.postgres import OWNER, RUNTIME
from tests.services import OURS, Running


def test_a_cut_off_demonstration_is_dropped_whole_and_one_being_loaded_is_not(
    owner_database,
):
    owner, runtime = Running.url(OWNER, OURS), Running.url(RUNTIME, OURS)
    with owner_database.cursor() as cursor:
        assert demonstration.look(runtime) == ("none", True)
        cursor.execute("UPDATE corps_installation SET demonstration = 'loading'")
        assert demonstration.look(runtime) == ("loading", True)

        cursor.execute("SELECT pg_advisory_lock(%s)", [demonstration.LOADING_LOCK])
        with pytest.raises(ServicesError, match="Another process is loading"):
            demonstration.drop(owner)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [demonstration.LOADING_LOCK])

        demonstration.drop(owner)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone() == (0,)


def test_all_accounts_of_a_demonstration_take_the_password_that_is_to_be_printed_and_no_other_account_does(
    db,
):
    for login in ("officer", "liaison-jd", "made-later"):
        create_user(
            actor=None,
            username=login,
            name=login,
            role=User.Role.ADMINISTRATOR,
            at=timezone.now(),
        )
    with pytest.raises(TransitionRefused, match="not-loaded"):
        give_demonstration_password(password="short", at=timezone.now())

    Installation.objects.update(demonstration=Installation.Demonstration.LOADED)
    assert give_demonstration_password(password="short", at=timezone.now()) == 2
    assert User.objects.get(username="liaison-jd").check_password("short")
    assert not User.objects.get(username="made-later").check_password("short")


def test_the_password_to_be_printed_is_compared_with_the_one_that_the_accounts_have(
    transactional_db, settings
):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    url = Running.url(RUNTIME, OURS)
    assert not demonstration.has_password(url, "short")
    user = create_user(
        actor=None,
        username="officer",
        name="officer",
        role=User.Role.ADMINISTRATOR,
        at=timezone.now(),
    )
    assert not demonstration.has_password(url, "short")
    user.set_password("short")
    user.save()
    assert demonstration.has_password(url, "short")
    assert not demonstration.has_password(url, "other")
