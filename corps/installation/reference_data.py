"""Reference data that processes keep in memory, and how each learns that somebody changed it.

When it was last changed stands in the row of the installation, and comes along with whoever is signed in, so that no
page asks for it; tasks ask by `look`. A process that sees another moment than it knows loads anew.
"""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from corps.installation.extensions import reference_data_reloaders
from corps.models import Installation


class _Known:
    """The moment of the data that this process holds; None before anybody changed any."""

    moment: datetime | None = None


def see(moment: datetime | None) -> None:
    """Load anew if the data was changed at another moment than this process knows."""
    if moment != _Known.moment:
        for reload in reference_data_reloaders:
            reload()
        _Known.moment = moment


def look() -> None:
    """The same, asking when that was: one statement."""
    see(Installation.objects.values_list("reference_changed_at", flat=True).get())


def forget() -> None:
    """Know of no moment: what is seen next is loaded anew."""
    _Known.moment = None


def note_change() -> None:
    """Have every process load anew once the present transaction is through; this one at once."""
    Installation.objects.update(reference_changed_at=Now())
    transaction.on_commit(look)
