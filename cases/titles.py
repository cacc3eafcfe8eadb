"""What a case is called before an officer gives it a better title: by the act, never by who complained."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import Case
from corps.deadlines.clock import SHANGHAI


def proposed_title(at: datetime, act: str = "") -> str:
    """The title proposed for a case that is opened at `at`, in Chinese whatever language its officer reads.

    act: what is suspected, such as the name of a legal ground; illegal selling online unless known. It ends with the
    year (Shanghai) and how many cases were opened in it, this one included.
    """
    year = at.astimezone(SHANGHAI).year
    opened = Case.objects.filter(
        opened_at__gte=datetime(year, 1, 1, tzinfo=SHANGHAI),
        opened_at__lt=datetime(year + 1, 1, 1, tzinfo=SHANGHAI),
    )
    with translation.override("zh-hans"):
        words = {
            "act": act or _("illegal selling online"),
            "year": year,
            "lot": opened.count() + 1,
        }
        return _("Lead on suspected %(act)s (%(year)s, lot %(lot)s)") % words
