"""Letters of withdrawal: the series of their official numbers."""

import pytest

from notices.models.withdrawals import Cause
from notices.withdrawal_letters import series_of


def test_only_a_transfer_and_a_correction_have_a_series_of_their_own():
    others = set(Cause) - {Cause.CASE_TRANSFERRED, Cause.OUTCOME_CORRECTED}
    assert {series_of(cause) for cause in others} == {"撤回"}
    assert series_of(Cause.CASE_TRANSFERRED) == "移送"
    assert series_of(Cause.OUTCOME_CORRECTED) == "更正"


def test_a_cause_that_is_none_has_no_series():
    with pytest.raises(ValueError, match="whim"):
        series_of("whim")
