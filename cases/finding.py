"""What the search over everything finds in this room."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Complaint
from corps.models import User
from corps.search import MOST_OF_A_KIND, Hit


def find(user: User, text: str) -> Iterator[Hit]:
    """Cases by number, official number or title, complaints by number or subject."""
    if not user.is_corps:
        return
    named = Q(number=text.upper()) | Q(document_number__contains=text) | Q(title__contains=text)
    for case in Case.objects.visible_to(user).filter(named).order_by("-pk")[:MOST_OF_A_KIND]:
        yield Hit(_("Cases"), case.title, f"{case.number} {case.get_state_display()}", case.get_absolute_url())
    named = Q(number=text.upper()) | Q(subject__contains=text)
    complaints = Complaint.objects.visible_to(user).filter(named).select_related("firm")
    for complaint in complaints.order_by("-pk")[:MOST_OF_A_KIND]:
        note = f"{complaint.number} {complaint.firm.short_label}"
        yield Hit(_("Complaints"), complaint.subject, note, complaint.get_absolute_url())
