"""A demonstration whose loading was cut off is dropped, unless somebody is loading it at this moment."""

import pytest

from corps.services import ServicesError, demonstration
from corps.services.postgres import OWNER, RUNTIME
from tests.services import OURS, Running


def test_a_cut_off_demonstration_is_dropped_whole_and_one_being_loaded_is_not(owner_database):
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
