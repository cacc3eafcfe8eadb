"""How long a platform has for its answer: agreed for the campaign, otherwise by the clock rule in force."""

from dataclasses import dataclass
from datetime import date

from cases.models import Case
from corps.deadlines.clock import today
from corps.models import ClockRule

REPLY_RULE = "PT_FK"


@dataclass(frozen=True, slots=True)
class ReplyPeriod:
    """length: in the rule's unit. is_agreed: for the campaign, in place of the rule's own."""

    rule: ClockRule
    length: int
    is_agreed: bool

    @property
    def counts_working_days(self) -> bool:
        return self.rule.unit == "working"


def reply_period(case: Case, on: date | None = None) -> ReplyPeriod:
    """The period that a notice of this case would have if its letter arrived on a Shanghai day, today unless given.

    Raises ClockError "unknown-rule" where no version of the rule is in force then.
    """
    rule = ClockRule.objects.in_force(REPLY_RULE, on or today())
    agreed = None
    if case.campaign:
        agreed = case.campaign.reply_working_days
    return ReplyPeriod(rule, agreed or rule.length, agreed is not None)
