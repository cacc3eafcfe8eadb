"""What the commands of this package do, as functions of pytest, which brings servers and a database.

Not collected with the suite: its name does not begin as tests' do.
"""

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.golden import api_requests, crawler, records, requests, scenario, snapshot

CAMPAIGN = Path(__file__).parents[1] / "demo" / "data" / "small"
pytestmark = pytest.mark.django_db(transaction=True)


def test_campaign(superuser_database) -> None:
    """The first half of a world: the small campaign."""
    call_command("campaign", str(CAMPAIGN), json=True, stdout=io.StringIO())
    path = Path(os.environ["GOLDEN_CAMPAIGN"])
    snapshot.dump(superuser_database, datetime.now(UTC), path)


def test_scenario(superuser_database, start_worker) -> None:
    """The second half of a world, with a worker that reads sheets."""
    campaign = snapshot.read(Path(os.environ["GOLDEN_CAMPAIGN"]))
    snapshot.load(superuser_database, campaign)
    start_worker()
    recorder = requests.Recorder(superuser_database, campaign)
    recorder.enter()
    scenario.walk(scenario.Browser(recorder))
    snapshot.dump(superuser_database, datetime.now(UTC), snapshot.SNAPSHOT)


def test_plan(superuser_database) -> None:
    """A plan of what the stored world's pages offer."""
    with requests.recorder(superuser_database) as recorder:
        found = [*crawler.crawl(recorder), *api_requests.api_requests()]
        plan = crawler.thinned(found)
    stored = [request.stored() for request in plan]
    lines = [json.dumps(each, ensure_ascii=False) for each in stored]
    records.PLAN.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(len(plan), crawler.sketch(plan), flush=True)


def test_record(superuser_database) -> None:
    """What all requests of the plan are answered."""
    with requests.recorder(superuser_database) as recorder:
        found = {request.name: recorder.record(request) for request in records.plan()}
    records.write(found, Path(os.environ["GOLDEN_RECORD"]))


def test_record_of_a_tenth(superuser_database) -> None:
    """What a tenth of the plan is answered."""
    with requests.recorder(superuser_database) as recorder:
        found = {request.name: recorder.record(request) for request in records.tenth()}
    records.write(found, Path(os.environ["GOLDEN_RECORD"]))
