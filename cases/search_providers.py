"""What the search finds of cases and complaints: for the corps, and for a firm what its own complaints hold."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.db.models.functions import Reverse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import (
    Campaign,
    Case,
    CaseNote,
    CaseOfficer,
    Complaint,
    ImportRow,
    RowWords,
    Target,
)
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
from corps.ui.lists import mark_of
from listings.models import Listing
from listings.search_addresses import by_id, is_whole_id, place_of
from stores.models import Store

# What a firm wrote into its sheet, and the ids that it names there.
ROW_WORDS = Words(
    ImportRow,
    RowWords,
    (
        "record.cells->>'title'",
        "record.cells->>'brand'",
        "record.cells->>'store_name'",
        "record.cells->>'violation'",
        "record.cells->>'request'",
        "record.cells->>'remark'",
        "record.listing_id",
        "record.store_id",
    ),
)


def _cases(user: User, query: Query) -> list[Source]:
    """By number, official number, title, firm, or who handles them."""
    cases = Case.objects.visible_to(user)
    handled = CaseOfficer.objects.filter(
        holding(query, "officer__name", "officer__username"), until=None
    )
    text = holding(
        query, "title", "number", "document_number", "firm__short_name", "firm__code"
    )
    text |= Q(pk__in=handled.values("case")) | numbered(
        query, "C", official="number_backwards"
    )
    return [Rows(cases.alias(number_backwards=Reverse("document_number")).filter(text))]


def _show_cases(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    cases = Case.objects.visible_to(user).select_related("firm")
    return [
        Hit(
            case.title,
            f"{case.number} {case.document_number}".strip(),
            case.get_absolute_url(),
            case.state,
            case.get_state_display(),
            _is_number(query, case.number),
        )
        for case in in_order(cases, keys)
    ]


def _complaints(user: User, query: Query) -> list[Source]:
    complaints = Complaint.objects.visible_to(user)
    columns = ["subject", "number"]
    if user.is_corps:
        columns += ["firm__short_name", "firm__code"]
    return [Rows(complaints.filter(holding(query, *columns) | numbered(query, "T")))]


def _show_complaints(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    complaints = Complaint.objects.visible_to(user).select_related("firm")
    return [
        Hit(
            complaint.subject,
            f"{complaint.number} {complaint.firm.short_label}"
            if user.is_corps
            else complaint.number,
            complaint.get_absolute_url(),
            complaint.state,
            complaint.get_state_display(),
            _is_number(query, complaint.number),
        )
        for complaint in in_order(complaints, keys)
    ]


def _is_number(query: Query, number: str) -> bool:
    """Whether a query says the whole number, year and all."""
    said = query.number
    return bool(
        said and said.series and said.year and number in said.numbers(said.series)
    )


def _campaigns(user: User, query: Query) -> list[Source]:
    return [
        Rows(
            Campaign.objects.visible_to(user).filter(holding(query, "name", "name_en"))
        )
    ]


def _show_campaigns(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    hits = []
    for campaign in in_order(Campaign.objects.visible_to(user), keys):
        days = f"{full_day(campaign.opens_on)} – {full_day(campaign.closes_on)}"
        hits.append(
            Hit(campaign.label, days, f"{reverse('cases:list')}?campaign={campaign.pk}")
        )
    return hits


def _named(user: User, query: Query) -> list[Source]:
    """What a firm named, by id, address, or the words of its own rows."""
    own = Target.objects.visible_to(user)
    listings = Listing.objects.filter(
        pk__in=own.exclude(listing=None).values("listing")
    )
    stores = Store.objects.filter(pk__in=own.exclude(store=None).values("store"))
    found: list[Source] = []
    for source in by_id(query, "listing", listings):
        found.append(Through(source, lambda keys: own.filter(listing__in=keys)))
    for source in by_id(query, "store", stores):
        found.append(Through(source, lambda keys: own.filter(store__in=keys)))
    rows = ImportRow.objects.visible_to(user).exclude(target=None)
    found += [
        Through(source, lambda keys: own.filter(rows__in=keys).distinct())
        for source in _by_words(query, rows)
    ]
    return found


def _show_named(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    """Its state as the firm's list tells it, and the firm's own words for it."""
    targets = Target.objects.visible_to(user).select_related(
        "platform", "listing", "store", "case"
    )
    rows = (
        ImportRow.objects.visible_to(user)
        .filter(target__in=keys)
        .order_by("registered_at", "pk")
    )
    first: dict[int | None, ImportRow] = {}
    for row in rows:
        first.setdefault(row.target_id, row)
    hits = []
    for target in in_order(targets, keys):
        canonical_id = target.thing.canonical_id
        cells = first[target.pk].cells
        words = cells.get(
            "store_name" if target.kind == Target.Kind.STORE else "title", ""
        )
        hits.append(
            Hit(
                words or canonical_id,
                f"{target.platform.label} {canonical_id}",
                f"{reverse('cases:named')}?q={canonical_id}",
                target.as_told,
                target.as_told.label,
                is_whole_id(query, target.kind, canonical_id),
            )
        )
    return hits


def _sheets(user: User, query: Query) -> list[Source]:
    """Complaints by the name of the file that came with them, or of a worksheet in it."""
    complaints = Complaint.objects.visible_to(user).exclude(sheet=None)
    return [
        Rows(complaints.filter(holding(query, "sheet_name", "sheet_import__worksheet")))
    ]


def _show_sheets(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    complaints = Complaint.objects.visible_to(user).select_related(
        "firm", "sheet_import"
    )
    hits = []
    for complaint in in_order(complaints, keys):
        sheet_import = getattr(complaint, "sheet_import", None)
        url, state, label = complaint.get_absolute_url(), "", ""
        if sheet_import:
            url = reverse("cases:import", args=[sheet_import.pk])
            state, label = sheet_import.state, sheet_import.get_state_display()
        note = f"{complaint.number} {complaint.subject}"
        hits.append(Hit(complaint.sheet_name, note, url, state, label))
    return hits


def _by_words(query: Query, rows: Any) -> list[Source]:
    """Rows by their words, or that name the id of an address."""
    place = place_of(query)
    if place is not None:
        query = Query.read(place.canonical_id)
    if not query.grams:
        return []
    return [Indexed(ROW_WORDS, query, rows)]


def _rows(user: User, query: Query) -> list[Source]:
    return _by_words(query, ImportRow.objects.visible_to(user))


def _show_rows(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    """The firm's words for what a row names, where it stands, and for the corps what became of it."""
    rows = ImportRow.objects.visible_to(user).select_related(
        "sheet_import__complaint__firm", "sheet_import__undone_complaint__firm"
    )
    hits = []
    for row in in_order(rows, keys):
        cells, complaint = row.cells, row.sheet_import.of_complaint
        words = [
            cells[name] for name in ("title", "store_name", "remark") if cells.get(name)
        ]
        place = _("%(complaint)s, %(place)s") % {
            "complaint": complaint.number,
            "place": row.place_in_words,
        }
        note, state, label = place, "", ""
        if user.is_corps:
            note = f"{complaint.firm.short_label} {place}"
            state, label = row.result, row.get_result_display()
        # The page of the import that begins with this row.
        url = f"{reverse('cases:import', args=[row.sheet_import_id])}?show=all&after={mark_of(row.row - 1)}"
        hits.append(Hit(" · ".join(words) or row.address, note, url, state, label))
    return hits


def _notes(user: User, query: Query) -> list[Source]:
    return [Rows(CaseNote.objects.visible_to(user).filter(holding(query, "text")))]


def _show_notes(user: User, query: Query, keys: Sequence[int]) -> list[Hit]:
    hits = []
    for note in in_order(
        CaseNote.objects.visible_to(user).select_related("case", "author"), keys
    ):
        written = f"{note.case.number} {note.author.name} {full_day(note.at)}"
        hits.append(
            Hit(note.text, written, f"{note.case.get_absolute_url()}?tab=notes")
        )
    return hits


# What this app adds to the search.
KINDS = (
    Kind(
        "cases",
        gettext_lazy("Cases"),
        order=10,
        verb="cases.view_cases",
        sources=_cases,
        show=_show_cases,
    ),
    Kind(
        "complaints",
        gettext_lazy("Complaints"),
        order=15,
        verb="cases.view_complaints",
        sources=_complaints,
        show=_show_complaints,
    ),
    Kind(
        "campaigns",
        gettext_lazy("Campaigns"),
        order=27,
        verb="cases.view_campaigns",
        sources=_campaigns,
        show=_show_campaigns,
    ),
    Kind(
        "named",
        gettext_lazy("What you named"),
        order=18,
        verb="cases.view_named",
        sources=_named,
        show=_show_named,
    ),
    Kind(
        "sheets",
        gettext_lazy("Complaint files"),
        order=40,
        verb="cases.view_complaints",
        sources=_sheets,
        show=_show_sheets,
    ),
    Kind(
        "rows",
        gettext_lazy("Rows of sheets"),
        order=45,
        verb="cases.view_complaints",
        sources=_rows,
        show=_show_rows,
    ),
    Kind(
        "notes",
        gettext_lazy("Notes on cases"),
        order=50,
        verb="cases.view_cases",
        sources=_notes,
        show=_show_notes,
    ),
)
