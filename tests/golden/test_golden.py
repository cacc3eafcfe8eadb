"""A tenth of the golden master: what pages, forms and the API answer, and what they write, is as it was."""

import pytest

from tests.golden import records, requests
from tests.golden.comparison import differences, report


@pytest.mark.django_db(transaction=True)
def test_a_tenth_of_all_requests_is_answered_as_recorded(superuser_database) -> None:
    with requests.recorder(superuser_database) as recorder:
        found = {request.name: recorder.record(request) for request in records.tenth()}
    said = report(differences(records.read(records.EXPECTED), found))
    assert not said, (
        f"{said}\n\nExplain each; where all are meant: python -m tests.golden renew"
    )
