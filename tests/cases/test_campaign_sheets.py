"""The small campaign's sheets, in the order of their arrival, become what its `expected.json` says."""

from collections import Counter

import pytest

from cases import workflow
from cases.models import ImportRow, Target
from cases.workflow import rows_by_result
from listings.models import Listing
from stores.models import Store
from tests.cases.conftest import SMALL, hand_in, table, take_in

pytestmark = pytest.mark.django_db


def arrivals(scenario):
    for row in table("complaints/arrivals.csv"):
        content = (SMALL / "complaints" / row["file"]).read_bytes()
        yield content, row["file"], row["firm"]


def test_the_small_campaign_registers_what_is_expected(scenario, expected):
    results = Counter()
    for content, name, firm in arrivals(scenario):
        sheet_import = take_in(scenario, content, name, firm=firm)
        assert sheet_import.state == "done", sheet_import.explanation
        results.update(rows_by_result(sheet_import))
    # Outside a replay nobody has confirmed which store a listing is in: the row that names only the listing waits.
    waiting = {
        "official": expected["rows_by_result"]["official"] - 1,
        "held": expected["rows_by_result"]["held"] + 1,
    }
    assert dict(results) == expected["rows_by_result"] | waiting
    assert ImportRow.objects.count() == expected["rows"]
    assert Listing.objects.count() == expected["listings"]
    assert Store.objects.count() == expected["stores"]


def test_the_forecast_is_what_registering_then_makes(scenario):
    for content, name, firm in arrivals(scenario):
        sheet_import = hand_in(scenario, content, name, firm=firm)
        workflow.read_sheet(sheet_import.pk)
        sheet_import.refresh_from_db()
        forecast = list(
            sheet_import.import_rows.order_by("row").values_list(
                "row", "result", "reason", "finding"
            )
        )
        assert not Target.objects.filter(complaint=sheet_import.complaint).exists()
        workflow.register_import(sheet_import=sheet_import, actor=scenario.officer)
        workflow.continue_registering(sheet_import.pk)
        rows = sheet_import.import_rows.order_by("row")
        assert list(rows.values_list("row", "result", "reason", "finding")) == forecast
