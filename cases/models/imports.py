"""Sheets being read, and what became of each of their rows."""

import json
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from cases.models.complaints import Complaint
from cases.models.targets import Target
from cases.states import (
    ENDED_CASE,
    ENDED_COMPLAINT,
    IMPORT_AT_WORK,
    IMPORT_FOR_ITS_FIRM,
    IMPORT_STATES,
    ImportState,
)
from corps.database.references import is_kept, refers
from corps.models import RecordWords, StoredFile
from corps.models.words import indexed
from listings.addresses import REASONS as ADDRESS_REASONS
from listings.addresses import read_cell
from listings.addresses.reasons import WITH_HOST
from listings.classify import REASONS as ROW_REASONS
from listings.sheets import ROWS_OF_A_WORKSHEET
from listings.sheets.not_read import REASONS as NOT_READ
from listings.sheets.not_read import NotRead
from listings.sheets.refusals import OF_WORKSHEET, refused
from listings.sheets.remarks import sentence as remark_sentence

# The reason of rows that name an official account, which only the registry can tell.
OFFICIAL = "official-account"
# The reason of rows that name only a listing which somebody claims to be in an official account's store.
CLAIMED = "claimed-official"
CLAIMED_REASON = _(
    "An officer first sees whether this listing is in a store of a firm's own."
)
OFFICIAL_REASON = _(
    "The store belongs to a firm itself. Nothing is registered from this row."
)
# What only the registry can tell.
REGISTRY_REASONS = {OFFICIAL: OFFICIAL_REASON, CLAIMED: CLAIMED_REASON}
TOO_COSTLY = _(
    "Reading the file would take more memory than one sheet may. Split it into smaller sheets."
)


def new_id() -> uuid.UUID:
    """A time-ordered UUID, version 7."""
    return uuid7()


class SheetImportQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the complaint sees its import, and those of it that were undone."""
        seen = Complaint.objects.visible_to(user).values("pk")
        return self.filter(
            models.Q(complaint__in=seen) | models.Q(undone_complaint__in=seen)
        )


class SheetImport(models.Model):
    """One sheet on its way in: read → (looked at by a person) → registered.

    `done` counts rows finished in the present stage, of `rows`. A task that dies leaves the state as it is, and the
    maintenance enqueues again. `at` is when its rows are registered as reported: now, or the replay's own time.

    One that was undone is its complaint's no more (`complaint` is empty, `undone_complaint` says whose it was), so that
    nothing that asks what complaints name finds its rows; it keeps its file and them.
    """

    State = ImportState

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Empty of an undone one alone, which only `of_complaint` is asked of: hence the type.
    complaint: "models.OneToOneField[Complaint, Complaint]" = models.OneToOneField(  # type: ignore[misc]
        Complaint, models.PROTECT, null=True, related_name="sheet_import"
    )
    state = models.CharField(
        max_length=12, choices=State.choices, default=State.READING
    )
    needs_review = models.BooleanField(default=True)
    replay = models.CharField(max_length=40, blank=True)
    worksheet = models.CharField(max_length=100, blank=True)
    header_row = models.IntegerField(null=True)
    columns = models.JSONField(default=dict)
    # How a person said this file is to be read: worksheet → the fields of `listings.sheets.corrections`.
    corrections = models.JSONField(default=dict)
    rows = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    detail = models.CharField(
        max_length=400, blank=True
    )  # JSON: a code and its figures; shown as `explanation`
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    # In a replay, who confirms as they are read what its rows say of the stores that listings are in.
    claims_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    touched_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    undone_complaint = models.ForeignKey(
        Complaint, models.PROTECT, null=True, related_name="undone_imports"
    )
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    undone_at = models.DateTimeField(null=True)
    # Of an undone one: what it was read from. Otherwise its complaint has it.
    sheet = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", db_index=False
    )
    own_sheet_name = models.CharField(max_length=200, blank=True)

    objects = SheetImportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["touched_at"],
                name="import_unfinished",
                condition=models.Q(state__in=list(IMPORT_AT_WORK)),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="an_undone_import_stands_aside",
                condition=models.Q(
                    state="undone",
                    complaint__isnull=True,
                    undone_complaint__isnull=False,
                    undone_at__isnull=False,
                )
                | ~models.Q(state="undone")
                & models.Q(complaint__isnull=False, undone_complaint__isnull=True),
            )
        ]
        triggers = [is_kept("sheet_import"), IMPORT_STATES.trigger()]

    @property
    def of_complaint(self) -> Complaint:
        """The complaint that it is of, or was of before it was undone."""
        return self.undone_complaint or self.complaint

    @property
    def sheet_name(self) -> str:
        """The name of the file that it is read from."""
        return self.own_sheet_name or self.of_complaint.sheet_name

    @property
    def recognised_columns(self) -> int:
        """How many columns of the sheet were read as something, every column of addresses among them."""
        fields = {column["index"] for column in self.columns.get("fields", {}).values()}
        return len(fields | set(self.columns.get("addresses", ())))

    @property
    def explanation(self) -> str:
        """Why it failed, as a sentence in the reader's language; empty if it did not."""
        if not self.detail:
            return ""
        figures = json.loads(self.detail)
        code = figures.pop("code", "")
        return str(
            TOO_COSTLY if code == "too-costly" else refused(code, **figures).message
        )

    @property
    def not_read(self) -> list[NotRead]:
        """What else the file holds, with its place and why it is not read."""
        return [NotRead(**part) for part in self.columns.get("not_read", ())]

    @property
    def worksheets(self) -> list[str]:
        """Names of the worksheets that are read, in the order of the rows; [""] for a text file."""
        return self.columns.get("worksheets") or [self.worksheet]

    @property
    def remarks(self) -> list[str]:
        """What was done so that the text of the file could be read: codes of `listings.sheets.remarks`."""
        return list(self.columns.get("remarks", ()))

    @property
    def understood(self) -> list[dict[str, Any]]:
        """Of each worksheet what was understood, for a person who looks at it; see `listings.sheets.understanding`.
        Empty where nobody was to look."""
        return list(self.columns.get("understood", ()))

    @property
    def can_be_corrected(self) -> bool:
        """Whether a person may say how the file is to be read: nothing of it is registered yet."""
        return self.state in IMPORT_FOR_ITS_FIRM and bool(self.understood)

    @property
    def rows_not_read(self) -> int:
        """How many rows the file holds besides that may have been meant: totals, notes and examples are not."""
        return sum(part.rows for part in self.not_read if not part.is_expected)

    @property
    def reading_report(self) -> list[str]:
        """In the reader's language: what was done so that the text could be read, and what was not read, by place."""
        remarks = [str(remark_sentence(remark)) for remark in self.remarks]
        is_single = len(self.worksheets) == 1
        for part in self.not_read:
            sentence = _sentence(part)
            if part.worksheet and not (is_single and part.worksheet == self.worksheet):
                sentence = str(
                    OF_WORKSHEET % {"worksheet": part.worksheet, "sentence": sentence}
                )
            remarks.append(sentence)
        if remembered := self.columns.get("remembered"):
            said = gettext(
                "Read as sheets of this firm were corrected before: %(names)s."
            )
            remarks.append(said % {"names": "、".join(remembered)})
        return remarks


def _sentence(part: NotRead) -> str:
    """What stands at one place of a worksheet, and why it is not read."""
    figures = {
        "rows": part.rows,
        "first": part.first,
        "last": part.last,
        "why": NOT_READ[part.why],
    }
    if part.first == part.last:
        return gettext("Row %(first)s not read: %(why)s.") % figures
    if part.rows == part.last - part.first + 1:
        return (
            gettext("Rows %(first)s to %(last)s not read, %(rows)s in all: %(why)s.")
            % figures
        )
    words = ngettext(
        "%(rows)s row between rows %(first)s and %(last)s not read: %(why)s.",
        "%(rows)s rows between rows %(first)s and %(last)s not read: %(why)s.",
        part.rows,
    )
    return words % figures


class ImportRowQuerySet(models.QuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the complaint sees the rows of its sheet."""
        return self.filter(
            sheet_import__in=SheetImport.objects.visible_to(user).values("pk")
        )

    def of_living_complaints(self) -> Self:
        """Those of complaints that ask for something still: neither they nor their case has ended."""
        living = self.exclude(sheet_import__complaint__state__in=ENDED_COMPLAINT)
        ended_case = models.Q(sheet_import__complaint__case__state__in=ENDED_CASE)
        return living.filter(
            ~ended_case | models.Q(sheet_import__complaint__case=None),
            sheet_import__complaint__isnull=False,
        )


class ImportRow(models.Model):
    """One data row: its cells as they came, how it was read, and its result.

    row: its number in the worksheet, with ROWS_OF_A_WORKSHEET added for each that was read before; see `row_number`.
    cells: field → text, for the fields that matter. listing_*/store_*: the addresses it names, empty where none.
    address: the canonical one of what it asks for, otherwise the cell's text. reason: a code of `explanation`.
    `repair`: an address a person gave in place of the row's own. `finding` names the account of an official row, or
    of one that is held because of a claim;
    who may know it is for `cases.row_corrections.findings_told`.
    """

    class Result(models.TextChoices):
        NEW = "new", _("New")
        REPEAT = "repeat", _("Repeat")
        HELD = "held", _("Held")
        OFFICIAL = "official", _("Official account")
        INVALID = "invalid", _("Not readable")

    class Decision(models.TextChoices):
        NONE = "", _("Open")
        REFUSED = "refused", _("Sent back to the firm")
        REPAIRED = "repaired", _("Address corrected")

    # Import and target are checked for a whole statement (`triggers`): row by row would cost the import a tenth.
    sheet_import = models.ForeignKey(
        SheetImport,
        models.CASCADE,
        related_name="import_rows",
        db_index=False,
        db_constraint=False,
    )
    row = models.IntegerField()
    cells = models.JSONField(default=dict)
    result = models.CharField(max_length=8, choices=Result.choices)
    reason = models.CharField(max_length=40, blank=True)
    platform_slug = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=8, blank=True)
    listing_id = models.CharField(max_length=100, blank=True)
    listing_site = models.CharField(max_length=20, blank=True)
    store_id = models.CharField(max_length=100, blank=True)
    store_site = models.CharField(max_length=20, blank=True)
    address = models.TextField(blank=True)
    repair = models.TextField(blank=True)
    decision = models.CharField(
        max_length=8, choices=Decision.choices, blank=True, default=""
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    finding = models.CharField(max_length=200, blank=True)
    target = models.ForeignKey(
        Target,
        models.PROTECT,
        null=True,
        related_name="rows",
        db_index=False,
        db_constraint=False,
    )
    registered_at = models.DateTimeField(null=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet_import", "row"], name="a_row_once")
        ]
        indexes = [
            models.Index(
                fields=["sheet_import", "result", "row"], name="import_row_result"
            ),
            models.Index(
                fields=["target"],
                name="import_row_target",
                condition=models.Q(target__isnull=False),
            ),
            models.Index(
                fields=["finding", "id"],
                name="import_row_finding",
                condition=~models.Q(finding=""),
            ),
        ]
        triggers = [
            *refers("sheet_import_id", "cases_sheetimport"),
            *refers("target_id", "cases_target", changes="often"),
            *indexed("listing_id", "store_id", deleted_from="cases_rowwords"),
        ]

    @property
    def row_number(self) -> int:
        """The row's number in its worksheet, or the record's in a text file, from 1."""
        return self.row % ROWS_OF_A_WORKSHEET

    @property
    def worksheet(self) -> str:
        """The name of its worksheet; "" for a text file."""
        index = self.row // ROWS_OF_A_WORKSHEET
        names = self.sheet_import.worksheets
        return names[index] if index < len(names) else ""

    @property
    def place(self) -> str:
        """Where a person finds it: the number, after the worksheet's name where several are read."""
        if len(self.sheet_import.worksheets) == 1:
            return str(self.row_number)
        return f"{self.worksheet} {self.row_number}"

    @property
    def place_in_words(self) -> str:
        """The same within a sentence, in the reader's language."""
        place = {"row": self.row_number, "worksheet": self.worksheet}
        if len(self.sheet_import.worksheets) == 1:
            return gettext("row %(row)s") % place
        return gettext("row %(row)s of worksheet “%(worksheet)s”") % place

    @property
    def explanation(self) -> str:
        """Why it has its result, as a sentence in the reader's language; empty where there is nothing to explain."""
        if self.reason in REGISTRY_REASONS:
            return str(REGISTRY_REASONS[self.reason])
        if (
            self.reason in WITH_HOST
            and (read := read_cell(self.address)).reason == self.reason
        ):
            return str(read.message)
        return str(ROW_REASONS.get(self.reason) or ADDRESS_REASONS.get(self.reason, ""))

    @property
    def target_slug(self) -> str | None:
        """platform/kind/id of the target it was registered as, without a look at the target; None if it was not."""
        if self.target_id is None:
            return None
        thing = self.listing_id if self.kind == Target.Kind.LISTING else self.store_id
        return f"{self.platform_slug}/{self.kind}/{thing}"


class RowWords(RecordWords):
    """The words of a row: what the firm wrote, and the ids that it names."""
