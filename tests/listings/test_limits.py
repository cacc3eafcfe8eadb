"""How much of a file one upload may cost."""

import pytest

from listings.sheets import limits
from listings.sheets.limits import Clock, Limits
from listings.sheets.refusals import SheetRefused


def test_reading_goes_on_until_its_time_is_over_and_no_longer(monkeypatch):
    moment = 100.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: moment)
    clock = Clock(Limits(seconds=60))
    moment = 160.0
    clock.check()
    moment = 160.1
    with pytest.raises(SheetRefused, match="too-slow"):
        clock.check()


def test_a_second_reading_has_all_its_time_again(monkeypatch):
    moment = 100.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: moment)
    Clock(Limits(seconds=60))
    moment = 159.0
    second = Clock(Limits(seconds=60))
    moment = 218.0
    second.check()
