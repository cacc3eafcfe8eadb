"""What the search over everything finds in this room."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Complaint, Target
from corps.models import User
from corps.search import MOST_OF_A_KIND, Hit


def find(user: User, text: str) -> Iterator[Hit]:
    """Cases by number, official number or title, complaints by number or subject; for a firm's representative their
    complaints, and what these name by id or address."""
    if user.role == User.Role.REPRESENTATIVE:
        yield from _of_a_firm(user, text)
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


def _of_a_firm(user: User, text: str) -> Iterator[Hit]:
    complaints = Complaint.objects.visible_to(user).filter(Q(number=text.upper()) | Q(subject__contains=text))
    for complaint in complaints.order_by("-pk")[:MOST_OF_A_KIND]:
        yield Hit(_("Complaints"), complaint.subject, complaint.number, complaint.get_absolute_url())
    targets = Target.objects.visible_to(user).called(text).select_related("platform", "listing", "store")
    for target in targets.order_by("-pk")[:MOST_OF_A_KIND]:
        canonical_id = target.thing.canonical_id
        note = f"{target.platform.label} {target.get_state_display()}"
        yield Hit(_("What you named"), canonical_id, note, f"{reverse('cases:named')}?q={canonical_id}")
