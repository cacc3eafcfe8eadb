"""The letter to a platform: rendered once, as it will arrive, and put into the outbox."""

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from django.conf import settings
from django.db.models import Max, QuerySet
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from python_calamine import CalamineWorkbook

from cases.models import Case, CaseOfficer, LegalGround, Target
from corps.audit.origin import current
from corps.deadlines.calendar import Unit
from corps.deadlines.clock import shanghai_date, today
from corps.errors import TransitionRefused
from corps.installation import organisation
from corps.mail.compose import Attachment, compose, read
from corps.models import ClockRule, Delivery, Message, User
from corps.task_queue import enqueue
from firms.disclosure import FirmNames
from notices.models import Notice, NoticeItem
from notices.states import ItemState
from stores.models import Liaison

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PURPOSE = "notice"
# Of a letter in one of these states somebody may have it: being sent, or of unknown outcome, counts as well.
SHOWN_IN_LETTER = 3
ID_COLUMN = 2
ASKED: dict[str, Any] = {
    Target.Kind.STORE: gettext_lazy("Shut the store"),
    Target.Kind.LISTING: gettext_lazy("Remove the listing"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered letter. sheet: XLSX bytes with every item."""

    title: str
    html: str
    text: str
    sheet: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """All that a letter says, before its sheet is packed. context: of templates. cells: of the sheet, heads first."""

    context: dict[str, Any]
    title: str
    html: str
    text: str
    cells: list[list[Any]]


def content_of(notice: Notice) -> Content:
    """What the letter of a notice says as it stands now, in Chinese whoever looks; a draft shows a gap for its number.

    It holds the items, the grounds, what is asked, the period to answer in and the contact. Of its case it says the
    document number alone: who complained, and a title that may name them, are no platform's business. The letter is
    rendered from it, and so is the version that is approved (`notices.versions`).
    """
    with translation.override("zh-hans"):
        context = letter_context(notice)
        return Content(
            context=context,
            title=str(context["title"]),
            html=render_to_string("notices/letter.html", context),
            text=render_to_string("notices/letter.txt", context),
            cells=_cells(context["items"]),
        )


def render(notice: Notice) -> Letter:
    """The letter of a notice as it stands now (`content_of`), with its sheet."""
    content = content_of(notice)
    return Letter(content.title, content.html, content.text, _sheet(content.cells))


def letter_context(notice: Notice) -> dict[str, Any]:
    """What the letter's templates say. items: every item in order, as plain rows."""
    items = letter_items(notice)
    listings = sum(item["kind"] == Target.Kind.LISTING for item in items)
    counted = Counter(item["ground_id"] for item in items if item["ground_id"])
    legal_grounds = LegalGround.objects.in_bulk(counted).values()
    grounds = sorted(
        legal_grounds, key=lambda ground: (-counted[ground.pk], ground.name)
    )
    return {
        "notice": notice,
        "case": notice.case,
        "title": _(
            "Request for assistance in dealing with suspected illegal listings and stores"
        ),
        "organisation": organisation.current(),
        "url": f"{settings.SITE_URL}{notice.get_absolute_url()}",
        "items": items,
        "shown": items[:SHOWN_IN_LETTER],
        "listings": listings,
        "stores": len(items) - listings,
        "grounds": [
            {"ground": ground, "count": counted[ground.pk]} for ground in grounds
        ],
        "acts": "、".join(ground.name for ground in grounds),
        "bases": "；".join(ground.basis for ground in grounds),
        "contact": contact_of(notice),
        "dated": shanghai_date(notice.issued_at) if notice.issued_at else None,
        "reply_period": period_of(notice),
    }


def period_of(notice: Notice) -> str:
    """How long the letter leaves its reader from its receipt, in words of the reader's language, such as "3 working
    days": what was fixed at the issue; of a draft, what it would be today."""
    if notice.issued_at:
        on = shanghai_date(notice.issued_at)
    else:
        on = today()
    length = notice.reply_period
    if length is None and notice.case.campaign:
        length = notice.case.campaign.reply_working_days
    clock = ClockRule.objects.in_force("PT_FK", on).clock(length)
    if clock.unit == Unit.WORKING:
        sentence = ngettext(
            "%(count)d working day", "%(count)d working days", clock.length
        )
    elif clock.unit == Unit.CALENDAR:
        sentence = ngettext(
            "%(count)d calendar day", "%(count)d calendar days", clock.length
        )
    else:
        sentence = ngettext("%(count)d month", "%(count)d months", clock.length)
    return sentence % {"count": clock.length}


def letter_items(notice: Notice) -> list[dict[str, Any]]:
    """The items a letter names, as plain rows in Chinese; withdrawn ones are left out.

    The ground of one that is not issued is what it would be issued with: its target's, otherwise its case's.
    """
    with translation.override("zh-hans"):
        asked = {kind: str(phrase) for kind, phrase in ASKED.items()}
    rows = (
        notice.items.named()
        .select_related(
            "target__listing__store",
            "target__store",
            "ground",
            "target__platform",
            "target__ground",
        )
        .order_by("position")
    )
    return [
        _letter_item(row, ground_of(row, notice.case), asked)
        for row in name_items(rows)
    ]


def _letter_item(
    row: Any, ground: LegalGround | None, asked: dict[str, str]
) -> dict[str, Any]:
    return {
        "position": row.position,
        "kind": row.target.kind,
        "canonical_id": row.target.thing.canonical_id,
        "url": row.target.thing.url,
        "title": row.title,
        "store": row.store_name,
        "ground": ground.name if ground else "",
        "ground_id": ground.pk if ground else None,
        "asked": asked[row.target.kind],
    }


def ground_of(item: NoticeItem, case: Case) -> LegalGround | None:
    """The legal ground that an item was issued with, or would be issued with now."""
    if item.state == ItemState.DRAFT:
        return item.target.ground or case.ground
    return item.ground


def name_items(items: Iterable[NoticeItem]) -> list[Any]:
    """Items with what a platform may read of them: each gets a `title` and a `store_name`.

    They are the words of a complaint's sheet. Where they would tell who complained they are empty; id and address say
    which listing or store is meant. Three statements, whatever the number of items.
    """
    firm_names = FirmNames.load()
    named: list[Any] = list(items)
    for item in named:
        item.title = firm_names.without(title_of(item.target))
        item.store_name = firm_names.without(store_name_of(item.target))
    return named


def title_of(target: Target) -> str:
    """The title of a listing, the name of a store."""
    if target.listing:
        return target.listing.title
    if target.store:
        return target.store.name
    return ""


def store_name_of(target: Target) -> str:
    """The name of the store that a target is or is in, otherwise its id; empty if it is not known."""
    store = target.store
    if store is None and target.listing is not None:
        store = target.listing.store
    if store is None:
        return ""
    return store.name or store.canonical_id


def contact_of(notice: Notice) -> User:
    """Whom the platform may ask: the officer in the lead, the second, or who drafted or submitted the notice.

    An officer whose account is closed answers no telephone any more and is passed over.
    """
    assigned = CaseOfficer.objects.filter(
        case=notice.case_id, until=None
    ).select_related("officer")
    officers = [row.officer for row in assigned.order_by("-is_lead", "pk")]
    theirs = [
        user for user in (notice.drafted_by, notice.submitted_by) if user is not None
    ]
    return next(
        (user for user in [*officers, *theirs] if user.is_active), notice.drafted_by
    )


def _cells(items: list[dict[str, Any]]) -> list[list[Any]]:
    heads = [
        _("No."),
        _("Kind"),
        _("Id"),
        _("Address"),
        _("Title"),
        _("Store"),
        _("Ground"),
        _("Asked for"),
    ]
    kinds = {kind: str(label) for kind, label in Target.Kind.choices}
    named = ("canonical_id", "url", "title", "store", "ground", "asked")
    rows = [
        [item["position"], kinds[item["kind"]], *(item[name] for name in named)]
        for item in items
    ]
    return [heads, *rows]


def _sheet(cells: list[list[Any]]) -> bytes:
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    with translation.override("zh-hans"):
        page = book.add_worksheet(_("Items"))
    heads, *rows = cells
    page.write_row(0, 0, heads, book.add_format({"bold": True}))
    for number, (position, *texts) in enumerate(rows, start=1):
        page.write_number(number, 0, position)
        for column, cell in enumerate(texts, start=1):
            page.write_string(number, column, str(cell))
    page.set_column(1, 7, 24)
    page.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def queue(
    notice: Notice, letter: Letter, *, at: datetime, recipient: Liaison | None = None
) -> Delivery:
    """Put the letter into the outbox for one recipient, the notice's own unless another is given, and enqueue it.

    A letter that was sent to the same recipient before is a further step. Runs in the caller's transaction.
    """
    recipient = recipient or notice.recipient
    if recipient is None:
        raise TransitionRefused(
            "no-liaison",
            _("The platform has no active primary liaison; appoint one first."),
        )
    messages = Message.objects.filter(
        subject_type=notice._meta.label_lower,
        subject_id=notice.pk,
        recipient=recipient.email,
        purpose=PURPOSE,
    )
    delivery = compose(
        notice,
        recipient=recipient.email,
        recipient_name=recipient.name,
        purpose=PURPOSE,
        step=(messages.aggregate(last=Max("step"))["last"] or 0) + 1,
        title=f"{letter.title} {notice.document_number}",
        text=letter.text,
        html=letter.html,
        attachments=[Attachment(f"{notice.number}.xlsx", letter.sheet, XLSX)],
        thread=notice.case.thread,
        happened_at=at,
    )
    call_outbox()
    return delivery


def call_outbox() -> None:
    """Have the outbox send what the present transaction put into it, a replay's by its own worker."""
    mark = current().replay
    if mark:
        enqueue("corps.tasks.send_due", mark, queue=f"replay-{mark}")
    else:
        enqueue("corps.tasks.send_due")


def ids_in(delivery: Delivery) -> set[str]:
    """The canonical ids that a finished letter names: those of its attached sheet, which names every item."""
    [sheet] = read(delivery).attachments
    _heads, *rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(sheet.content))
        .get_sheet_by_index(0)
        .to_python()
    )
    return {str(row[ID_COLUMN]) for row in rows}


def deliveries_of(notice: Notice) -> QuerySet[Delivery]:
    """Everything that was ever put into the outbox for a notice, newest last: its letter, and those of withdrawal."""
    about = {
        "message__subject_type": notice._meta.label_lower,
        "message__subject_id": notice.pk,
    }
    return Delivery.objects.filter(**about).order_by("pk")


def requests_of(notice: Notice) -> QuerySet[Delivery]:
    """Of these the ones that ask for something: the notice's own letter, to whom and as often as it was sent."""
    return deliveries_of(notice).filter(message__purpose=PURPOSE)
