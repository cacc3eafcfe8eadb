"""Targets: the listings and stores that somebody asked to act on."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cases.models.campaigns import LegalGround
from cases.models.cases import BeforeCaseQuerySet, Case
from cases.models.complaints import Complaint
from cases.states import (
    ENDED_CASE,
    TARGET_STATES,
    UNFINISHED,
    CaseState,
    Claim,
    Seen,
    TargetState,
    Told,
)
from corps.database.references import is_kept, refers
from corps.states import Counted
from corps.ui.formats import short_id
from firms.models import Firm
from listings.addresses import read_cell
from listings.models import Listing
from stores.models import Platform, Store

# Why a target was dropped whose import was undone: kept as this code, shown as `why_dropped`.
IMPORT_UNDONE = "import-undone"
IN_A_CASE = models.Q(case__isnull=False)
STILL_TO_DO = models.Q(state__in=UNFINISHED)
# The state of a target, or what is told in its place: `Target.as_told` in SQL.
TOLD = models.Case(
    models.When(STILL_TO_DO, is_official=True, then=models.Value(str(Told.OFFICIAL))),
    models.When(
        STILL_TO_DO,
        case__state=CaseState.TRANSFERRED,
        then=models.Value(str(Told.TRANSFERRED)),
    ),
    models.When(
        STILL_TO_DO, case__state__in=ENDED_CASE, then=models.Value(str(Told.ENDED))
    ),
    default=models.F("state"),
    output_field=models.CharField(),
)


class TargetQuerySet(BeforeCaseQuerySet):
    def visible_to(self, user) -> Self:
        """Who sees the case sees its targets; those without a case yet, who sees their complaint.

        A representative sees what rows of their own firm's complaints name, whoever named it first.
        """
        if not user.is_authenticated:
            return self.none()
        if user.scope == user.Scope.FIRM:
            return self.named_by(
                sheet_import__complaint__firm__representatives__user=user
            )
        return self.open_to_corps(user)

    def named_by(self, **rows: Any) -> Self:
        """Those that rows of sheets name, each once. rows: which rows, by lookups of `ImportRow`."""
        named = self.model._default_manager.filter(
            **{f"rows__{lookup}": value for lookup, value in rows.items()}
        )
        return self.filter(pk__in=named.order_by().values("pk"))

    def named_elsewhere(self, case: Case) -> Self:
        """Those that complaints of a case name, but that belong to another case or complaint."""
        return self.named_by(sheet_import__complaint__case=case).exclude(case=case)

    def called(self, text: str) -> Self:
        """Those of an id, or of an address in any form."""
        wanted = (read_cell(text).canonical_id or text)[:100]
        return self.filter(
            models.Q(listing__canonical_id=wanted)
            | models.Q(store__canonical_id=wanted)
        )

    def unfinished(self) -> Self:
        """Those on which something is still to be done; an official account's wait for nothing."""
        return self.filter(state__in=UNFINISHED, is_official=False)

    def kept(self) -> Self:
        """Those that no notice may name, since an official account's they are."""
        return self.filter(state__in=UNFINISHED, is_official=True)


class Target(models.Model):
    """One listing or one store under one case, the unit of all work here.

    Three truths are kept apart: `alleged` is what the firm says, `claim` what the platform says, `seen` what was
    last seen. `is_official` is set when it, or the store it is known to be in, is an official account: no notice may
    name it then. `is_counted` says that its entries sum to one. `restoring_asked_at` is when its platform was last
    asked to restore it; whether it did is only seen.
    """

    State = TargetState

    class Kind(models.TextChoices):
        LISTING = "listing", _("Listing")
        STORE = "store", _("Store")

    class Status(models.TextChoices):
        """What the listing or store itself is, by what was last seen and not by what was claimed."""

        LIVE = "live", _("Live")
        CLAIMED_GONE = "claimed_gone", _("Said to be gone")
        GONE = "gone", _("Gone")
        BACK = "back", _("Back")
        RESTORED = "restored", _("Restoring asked")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    # What every new row names is checked for a whole statement (`triggers`): row by row would cost an import a fifth.
    platform = models.ForeignKey(
        Platform,
        models.PROTECT,
        related_name="targets",
        db_index=False,
        db_constraint=False,
    )
    listing = models.OneToOneField(
        Listing,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="target",
        db_constraint=False,
    )
    store = models.OneToOneField(
        Store, models.PROTECT, null=True, blank=True, related_name="target"
    )
    firm = models.ForeignKey(
        Firm, models.PROTECT, related_name="targets", db_constraint=False
    )
    complaint = models.ForeignKey(
        Complaint,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        db_index=False,
        db_constraint=False,
    )
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
        db_index=False,
    )
    ground = models.ForeignKey(
        LegalGround,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    state = models.CharField(
        max_length=20, choices=TargetState.choices, default=TargetState.REPORTED
    )
    is_official = models.BooleanField(default=False)
    is_counted = models.BooleanField(default=False)
    alleged = models.CharField(max_length=60, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    list_price = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True
    )
    claim = models.CharField(max_length=20, choices=Claim.choices, blank=True)
    claim_at = models.DateTimeField(null=True)
    claim_remark = models.CharField(max_length=300, blank=True)
    seen = models.CharField(max_length=12, choices=Seen.choices, blank=True)
    seen_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField()
    dropped_reason = models.CharField(max_length=300, blank=True)
    restoring_asked_at = models.DateTimeField(null=True)
    status = models.GeneratedField(
        expression=models.Case(
            models.When(state="restored", then=models.Value("restored")),
            models.When(state="relisted", then=models.Value("back")),
            models.When(seen="gone", then=models.Value("gone")),
            models.When(state="claimed", then=models.Value("claimed_gone")),
            default=models.Value("live"),
        ),
        output_field=models.CharField(max_length=12, choices=Status.choices),
        db_persist=True,
    )
    recorded_at = models.DateTimeField(db_default=Now())

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = [
            TARGET_STATES.constraint("target_state_known"),
            models.CheckConstraint(
                name="target_is_one_listing_or_one_store",
                condition=models.Q(
                    kind="listing", listing__isnull=False, store__isnull=True
                )
                | models.Q(kind="store", store__isnull=False, listing__isnull=True),
            ),
            models.CheckConstraint(
                name="target_verified_is_counted",
                condition=~models.Q(state="verified") | models.Q(is_counted=True),
            ),
            models.CheckConstraint(
                name="target_counted_in_its_state",
                condition=~models.Q(state__in=TARGET_STATES.counted(Counted.NEVER))
                | models.Q(is_counted=False),
            ),
            models.CheckConstraint(
                name="target_dropped_has_a_reason",
                condition=~models.Q(state="dropped") | ~models.Q(dropped_reason=""),
            ),
        ]
        triggers = [
            *refers("platform_id", "stores_platform"),
            *refers("listing_id", "listings_listing", changes="seldom"),
            *refers("complaint_id", "cases_complaint", changes="seldom"),
            *refers("firm_id", "firms_firm", changes="seldom"),
            is_kept("target"),
            TARGET_STATES.trigger(),
        ]
        indexes = [
            # No index names the state: what changes most often changes in place, without a write to any index.
            models.Index(
                fields=["case", "platform", "id"],
                name="target_case_platform",
                condition=IN_A_CASE,
            ),
            models.Index(fields=["complaint"], name="target_complaint"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def called(self) -> str:
        """What people call it: its platform, what it is, and its id, a long one shortened."""
        return f"{self.platform.label} {self.get_kind_display()} {short_id(self.thing.canonical_id)}"

    @property
    def thread(self) -> str:
        """The audit thread of its case, or of its complaint before there is one."""
        return (
            f"case:{self.case_id}" if self.case_id else f"complaint:{self.complaint_id}"
        )

    @property
    def thing(self) -> Listing | Store:
        """The listing or the store itself."""
        thing = self.listing or self.store
        if thing is None:
            raise ValueError("a target is a listing or a store")
        return thing

    @property
    def why_dropped(self) -> Any:
        """Why it was dropped, in words; empty if it was not."""
        if self.dropped_reason == IMPORT_UNDONE:
            return _("the import that named it was undone")
        return self.dropped_reason

    @property
    def as_told(self) -> TargetState | Told:
        """Its state, or where nothing more is done on it though it is unfinished, why. `TOLD` is the same in SQL.

        With `case` selected it costs no statement.
        """
        state = TargetState(self.state)
        if state not in UNFINISHED:
            return state
        if self.is_official:
            return Told.OFFICIAL
        if self.case is None or self.case.state not in ENDED_CASE:
            return state
        if self.case.state == CaseState.TRANSFERRED:
            return Told.TRANSFERRED
        return Told.ENDED

    def alleged_in_full(self, rows: Iterable[Any]) -> str:
        """What the firm that named it first alleges, as it wrote it.

        rows: of its sheets, whose cells are whole where `alleged` is cut.
        """
        written = (row.cells.get("violation", "") for row in rows)
        return next(
            (words for words in written if words and words.startswith(self.alleged)),
            self.alleged,
        )

    @property
    def slug(self) -> str:
        """platform/kind/id, its name in the API."""
        return f"{self.platform.slug}/{self.kind}/{self.thing.canonical_id}"
