"""What the search over everything finds in this room: notices and objections, and for liaisons the items of theirs."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.models import User
from corps.search import MOST_OF_A_KIND, Hit
from firms.disclosure import FirmNames
from listings.addresses import read_cell
from notices.models import Notice, NoticeItem, Objection
from notices.states import ItemState


def find(user: User, text: str) -> Iterator[Hit]:
    """Notices by number or official number; for a liaison also by the id or address of an item."""
    named = Q(number=text.upper()) | Q(document_number__contains=text)
    notices = Notice.objects.visible_to(user).filter(named).select_related("platform")
    for notice in notices.order_by("-pk")[:MOST_OF_A_KIND]:
        note = f"{notice.platform.label} {notice.get_state_display()}"
        yield Hit(_("Notices"), str(notice), note, notice.get_absolute_url())
    for objection in Objection.objects.visible_to(user).filter(number=text.upper()):
        url = reverse("notices:objection", args=[objection.number])
        yield Hit(_("Objections"), objection.number, str(objection.get_state_display()), url)
    if user.role != User.Role.LIAISON:
        return
    address = read_cell(text)
    wanted = (address.canonical_id or text)[:100]
    items = (
        NoticeItem.objects.visible_to(user)
        .exclude(state=ItemState.DRAFT)
        .filter(Q(target__listing__canonical_id=wanted) | Q(target__store__canonical_id=wanted))
        .select_related("notice", "target__listing", "target__store")
    )
    firm_names = FirmNames.load()
    for item in items.order_by("-pk")[:MOST_OF_A_KIND]:
        label = firm_names.without(str(item.target.thing)) or item.target.thing.canonical_id
        note = f"{item.notice} {item.get_state_display()}"
        yield Hit(_("Items"), label, note, item.notice.get_absolute_url() + "?show=all")
