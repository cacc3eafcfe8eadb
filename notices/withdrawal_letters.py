"""Letters of withdrawal: rendered once, as they will arrive, and put into the outbox.

They name the first letter by its number and date, the items, and one of a closed list of causes; never the firm, its
complaint, the case or the words in which an officer gave a reason.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from corps.deadlines.clock import shanghai_date
from corps.installation import organisation
from corps.mail.compose import Attachment, Reading, ascii_address, compose, read
from corps.models import Delivery, Message, StoredFile
from corps.models.messages import MAY_HAVE_LEFT
from corps.workflow import open_file
from notices import letters
from notices.models import Notice, NoticeItem, WithdrawalLetter
from notices.models.withdrawals import Cause
from stores.models import Liaison

PURPOSE = "withdrawal"
# The attached sheet has all of them.
SHOWN_IN_LETTER = 20
# The series of the official number, by cause; all others are withdrawals.
SERIES = {Cause.CASE_TRANSFERRED: "移送", Cause.OUTCOME_CORRECTED: "更正"}
TITLES = {
    Cause.CASE_TRANSFERRED: "关于协助处置事项移送其他机关的函",
    Cause.OUTCOME_CORRECTED: "关于更正协助处置结果的函",
}
TITLE = "关于撤回协助处置事项的函"


@dataclass(frozen=True, slots=True)
class Paper:
    """A rendered letter. html: the letter alone; sheet: XLSX bytes with every item, empty if there is none."""

    title: str
    html: str
    text: str
    sheet: bytes


def series_of(cause: str) -> str:
    """The word in the official number of a letter, such as 撤回."""
    return SERIES.get(Cause(cause), "撤回")


def render(letter: WithdrawalLetter, items: Sequence[NoticeItem]) -> Paper:
    """A letter that is not written yet, in Chinese whoever looks.

    letter: with its notice, number, cause and time. items: in order, with their targets and what these are.
    """
    with translation.override("zh-hans"):
        context = _context(letter, items)
        sheet = b""
        if items:
            sheet = _sheet(context["items"])
        return Paper(
            title=context["title"],
            html=render_to_string("notices/_withdrawal_letter.html", context),
            text=render_to_string("notices/withdrawal_letter.txt", context),
            sheet=sheet,
        )


def _context(letter: WithdrawalLetter, items: Sequence[NoticeItem]) -> dict[str, Any]:
    notice = letter.notice
    first_dated = None
    if notice.issued_at:
        first_dated = shanghai_date(notice.issued_at)
    rows = [
        {
            "position": item.position,
            "kind": item.target.get_kind_display(),
            "canonical_id": item.target.thing.canonical_id,
            "url": item.target.thing.url,
        }
        for item in items
    ]
    return {
        "letter": letter,
        "notice": notice,
        "title": TITLES.get(Cause(letter.cause), TITLE),
        "organisation": organisation.current(),
        "url": f"{settings.SITE_URL}{letter.get_absolute_url()}",
        "first_dated": first_dated,
        "dated": shanghai_date(letter.issued_at),
        "items": rows,
        "shown": rows[:SHOWN_IN_LETTER],
        "has_sheet": len(rows) > SHOWN_IN_LETTER,
        "transferred": letter.cause == Cause.CASE_TRANSFERRED,
        "corrected": letter.cause == Cause.OUTCOME_CORRECTED,
        "contact": letters.contact_of(notice),
    }


def _sheet(rows: Iterable[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    page = book.add_worksheet(_("Items"))
    heads = [_("No."), _("Kind"), _("Id"), _("Address")]
    page.write_row(0, 0, heads, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        page.write_number(number, 0, row["position"])
        for column, name in enumerate(("kind", "canonical_id", "url"), start=1):
            page.write_string(number, column, str(row[name]))
    page.set_column(1, 3, 24)
    page.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def queue(
    letter: WithdrawalLetter, paper: Paper, recipients: Iterable[Liaison]
) -> list[Delivery]:
    """Put a letter into the outbox for each of its recipients. Runs in the caller's transaction."""
    html = render_to_string(
        "notices/withdrawal_letter.html",
        {"title": paper.title, "letter_html": paper.html},
    )
    attachments = []
    if paper.sheet:
        attachments.append(
            Attachment(f"{letter.number}.xlsx", paper.sheet, letters.XLSX)
        )
    reading = Reading([], paper.text, html, attachments)
    title = f"{paper.title} {letter.document_number}"
    queued = [_put(letter, reading, title, liaison) for liaison in recipients]
    if queued:
        letters.call_outbox()
    return queued


def queue_again(
    letter: WithdrawalLetter, failed: Delivery, recipient: Liaison
) -> Delivery:
    """Put a letter into the outbox for one more recipient, with what the mail that failed says.

    It is taken from that mail and from no stored file: one that is lost would undo that the mail failed. Runs in the
    caller's transaction.
    """
    queued = _put(letter, read(failed), failed.message.title, recipient)
    letters.call_outbox()
    return queued


def _put(
    letter: WithdrawalLetter, reading: Reading, title: str, recipient: Liaison
) -> Delivery:
    """A mail of a letter to one recipient."""
    return compose(
        letter.notice,
        recipient=recipient.email,
        recipient_name=recipient.name,
        purpose=PURPOSE,
        step=letter.nth,
        title=title,
        text=reading.text,
        html=reading.html,
        attachments=reading.attachments,
        thread=letter.notice.case.thread,
        happened_at=letter.issued_at,
    )


def content_of(kept: StoredFile) -> bytes:
    """What a stored file of a letter holds, as it was written. Raises FileLost, FilesAway."""
    with open_file(kept) as file:
        return file.read()


def items_of(letter: WithdrawalLetter) -> Any:
    """The items that a letter names, in the order of their numbers, with what they are."""
    rows = letter.items.select_related(
        "item__target__listing__store", "item__target__store", "item__target__platform"
    )
    return rows.order_by("item__position")


def deliveries_of(letter: WithdrawalLetter) -> Any:
    """The outbox rows of a letter."""
    return letters.deliveries_of(letter.notice).filter(
        message__purpose=PURPOSE, message__step=letter.nth
    )


def recipients_of(notices: Sequence[Notice]) -> dict[int, list[Liaison]]:
    """Whom letters of withdrawal of these notices go to, by notice: everybody whose letter left or may have left, and,
    where the notice was served in another way or answered without one, its recipient.

    In place of one who is no liaison any more, the platform's primary liaison. Two statements.
    """
    about = Message.objects.filter(
        subject_type=Notice._meta.label_lower,
        subject_id__in=[notice.pk for notice in notices],
        purpose=letters.PURPOSE,
        delivery__state__in=MAY_HAVE_LEFT,
    )
    told: dict[int, set[str]] = {notice.pk: set() for notice in notices}
    for notice, recipient in about.values_list("subject_id", "recipient"):
        told[notice].add(recipient)
    liaisons: dict[int, list[Liaison]] = {}
    platforms = {notice.platform_id for notice in notices}
    for liaison in (
        Liaison.objects.filter(platform__in=platforms, is_active=True)
        .select_related("user")
        .order_by("-duty", "pk")
    ):
        liaisons.setdefault(liaison.platform_id, []).append(liaison)
    return {
        notice.pk: _active(
            notice, told[notice.pk], liaisons.get(notice.platform_id, [])
        )
        for notice in notices
    }


def _active(notice: Notice, told: set[str], liaisons: list[Liaison]) -> list[Liaison]:
    addresses = {
        ascii_address(liaison.email): liaison for liaison in reversed(liaisons)
    }
    if not told and notice.recipient:
        told = {ascii_address(notice.recipient.email)}
    reached = {
        liaison.pk: liaison for address, liaison in addresses.items() if address in told
    }
    if liaisons and not told <= addresses.keys():
        reached.setdefault(liaisons[0].pk, liaisons[0])
    return [reached[pk] for pk in sorted(reached)]
