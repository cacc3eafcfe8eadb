"""What the search finds of notices: letters, objections, answers and checks; for liaisons their letters and items."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.db.models.functions import Reverse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from corps.models import User
from corps.search import (
    Hit,
    Indexed,
    Kind,
    Query,
    Rows,
    Source,
    Through,
    Words,
    holding,
    in_order,
    numbered,
)
from corps.ui.formats import full_day
from firms.disclosure import FirmNames
from listings.models import Listing
from listings.search_addresses import by_id, is_whole_id
from listings.search_providers import LISTING_WORDS, STORE_WORDS, by_words
from notices.models import (
    Answer,
    AnswerSheet,
    AnswerWords,
    Check,
    CheckWords,
    Notice,
    NoticeItem,
    Objection,
    WithdrawalLetter,
)
from notices.states import ItemState
from stores.models import Platform, Store

ANSWER_WORDS = Words(Answer, AnswerWords, ("record.remark",))
CHECK_WORDS = Words(Check, CheckWords, ("record.note",))


def _notices(user: User, query: Query) -> list[Source]:
    return _numbered(Notice.objects.visible_to(user), query, "N")


def _numbered(letters: QuerySet, query: Query, series: str) -> list[Source]:
    """Letters by their number or official number: as people say it, or any part of it that has a digit."""
    if not any(character.isdigit() for character in query.plain):
        return []
    if query.number is None:
        return [Rows(letters.filter(holding(query, "number", "document_number")))]
    backwards = letters.alias(number_backwards=Reverse("document_number"))
    return [
        Rows(backwards.filter(numbered(query, series, official="number_backwards")))
    ]


def _show_notices(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    number = query.number
    hits = []
    for notice in in_order(
        Notice.objects.visible_to(user).select_related("platform"), keys
    ):
        is_exact = bool(
            number
            and number.series
            and number.year
            and notice.number in number.numbers("N")
        )
        is_exact = is_exact or query.plain == notice.document_number
        note = f"{notice.platform.label} {notice.number}"
        state, label = notice.state, notice.get_state_display()
        hits.append(
            Hit(str(notice), note, notice.get_absolute_url(), state, label, is_exact)
        )
    return hits


def _withdrawals(user: User, query: Query) -> list[Source]:
    return _numbered(WithdrawalLetter.objects.visible_to(user), query, "W")


def _show_withdrawals(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return [
        Hit(
            letter.document_number,
            f"{letter.number} {letter.get_cause_display()}",
            letter.get_absolute_url(),
        )
        for letter in in_order(
            WithdrawalLetter.objects.visible_to(user).select_related("notice"), keys
        )
    ]


def _objections(user: User, query: Query) -> list[Source]:
    objections = Objection.objects.visible_to(user)
    return [
        Rows(
            objections.filter(
                holding(query, "number", "objector", "reason") | numbered(query, "O")
            )
        )
    ]


def _show_objections(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    return [
        Hit(
            objection.number,
            " ".join(filter(None, (objection.objector, objection.reason))),
            reverse("notices:objection", args=[objection.number]),
            objection.state,
            objection.get_state_display(),
            query.plain.upper() == objection.number,
        )
        for objection in in_order(Objection.objects.visible_to(user), keys)
    ]


def _own_items(user: User) -> QuerySet[NoticeItem]:
    return NoticeItem.objects.visible_to(user).exclude(state=ItemState.DRAFT)


def _items(user: User, query: Query) -> list[Source]:
    """A liaison's items by id or address, or by words of a title or store name that they may read."""
    items = _own_items(user)
    platforms = Platform.objects.visible_to(user).order_by().values("pk")
    listings = Listing.objects.filter(
        platform__in=platforms, pk__in=items.values("target__listing")
    )
    stores = Store.objects.filter(
        platform__in=platforms, pk__in=items.values("target__store")
    )

    def of_listings(keys: list[int]) -> QuerySet[NoticeItem]:
        return items.filter(target__listing__in=keys)

    def of_stores(keys: list[int]) -> QuerySet[NoticeItem]:
        return items.filter(target__store__in=keys)

    return [
        *(Through(source, of_listings) for source in by_id(query, "listing", listings)),
        *(Through(source, of_stores) for source in by_id(query, "store", stores)),
        *(
            Through(
                source,
                lambda keys: of_listings(_readable(Listing, "title", keys, query)),
            )
            for source in by_words(LISTING_WORDS, query, listings)
        ),
        *(
            Through(
                source, lambda keys: of_stores(_readable(Store, "name", keys, query))
            )
            for source in by_words(STORE_WORDS, query, stores)
        ),
    ]


def _readable(
    model: type[Listing] | type[Store], column: str, keys: list[int], query: Query
) -> list[int]:
    """Those whose words a platform may read, and of which these hold the query: not what names the firm."""
    names = FirmNames.load()
    rows = model.objects.filter(holding(query, column), pk__in=keys).values_list(
        "pk", column
    )
    return [pk for pk, text in rows if not names.names_a_firm(text)]


def _show_items(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    names, hits = FirmNames.load(), []
    items = _own_items(user).select_related(
        "notice", "target__listing", "target__store"
    )
    for item in in_order(items, keys):
        thing = item.target.thing
        hits.append(
            Hit(
                names.without(str(thing)) or thing.canonical_id,
                f"{item.notice} {thing.canonical_id}",
                item.notice.get_absolute_url() + "?show=all",
                item.state,
                item.get_state_display(),
                is_whole_id(query, item.target.kind, thing.canonical_id),
            )
        )
    return hits


def _sheets(user: User, query: Query) -> list[Source]:
    return [Rows(AnswerSheet.objects.visible_to(user).filter(holding(query, "name")))]


def _show_sheets(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    sheets = AnswerSheet.objects.visible_to(user).select_related("notice")
    return [
        Hit(
            sheet.name,
            f"{sheet.notice} {full_day(sheet.handed_in_at)}",
            sheet.notice.get_absolute_url(),
        )
        for sheet in in_order(sheets, keys)
    ]


def _answers(user: User, query: Query) -> list[Source]:
    if query.grams:
        return [Indexed(ANSWER_WORDS, query, Answer.objects.visible_to(user))]
    return []


def _show_answers(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    answers = Answer.objects.visible_to(user).select_related(
        "item__notice", "item__target"
    )
    return [
        Hit(
            answer.remark,
            f"{answer.item.notice} {full_day(answer.at)}",
            _page_of(user, answer.item),
            answer.outcome,
            answer.get_outcome_display(),
        )
        for answer in in_order(answers, keys)
    ]


def _checks(user: User, query: Query) -> list[Source]:
    if query.grams:
        return [Indexed(CHECK_WORDS, query, Check.objects.visible_to(user))]
    return []


def _show_checks(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    checks = Check.objects.visible_to(user).select_related("item__notice", "by")
    return [
        Hit(
            check.note,
            f"{check.item.notice} {check.by.name} {full_day(check.at)}",
            _page_of(user, check.item),
            check.seen,
            check.get_seen_display(),
        )
        for check in in_order(checks, keys)
    ]


def _page_of(user: User, item: NoticeItem) -> str:
    """Where an item is looked at: for the corps its target's page, for a platform the letter."""
    if user.is_corps:
        return reverse("cases:target", args=[item.target_id])
    return item.notice.get_absolute_url()


# What this app adds to the search.
KINDS = (
    Kind(
        "notices",
        _("Notices"),
        order=20,
        verb="notices.read_letters",
        sources=_notices,
        show=_show_notices,
    ),
    Kind(
        "withdrawals",
        _("Letters of withdrawal"),
        order=22,
        verb="notices.read_letters",
        sources=_withdrawals,
        show=_show_withdrawals,
    ),
    Kind(
        "objections",
        _("Objections"),
        order=24,
        verb="notices.view_objections",
        sources=_objections,
        show=_show_objections,
    ),
    Kind(
        "items",
        _("Items"),
        order=30,
        verb="notices.answer",
        sources=_items,
        show=_show_items,
    ),
    Kind(
        "answer_sheets",
        _("Answer sheets"),
        order=42,
        verb="notices.read_letters",
        sources=_sheets,
        show=_show_sheets,
    ),
    Kind(
        "answers",
        _("Remarks in answers"),
        order=52,
        verb="notices.read_letters",
        sources=_answers,
        show=_show_answers,
    ),
    Kind(
        "checks",
        _("Notes on checks"),
        order=54,
        verb="notices.check",
        sources=_checks,
        show=_show_checks,
    ),
)
