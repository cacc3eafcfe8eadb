"""This app's words for the audit: those of the timeline, and what it does not tell."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import (
    Campaign,
    Case,
    CaseNote,
    Complaint,
    ImportRow,
    LegalGround,
    Target,
)
from cases.states import CaseState, ComplaintState, Seen, TargetState
from cases.workflow.carrying_over import REASONS
from corps.audit.extensions import Detail, Kind
from corps.audit.labels import choices, names_of
from corps.ui.formats import moment
from listings.models import Belonging, BelongingCorrection, Listing

# For the timeline as well: words, and a word with a colour.
VERBS = {
    "case.opened": (_("Case opened"), "grey"),
    "case.complaints_added": (_("Complaints taken into the case"), "grey"),
    "case.assigned": (_("Officers assigned"), "grey"),
    "case.filed": (_("Case filed"), "blue"),
    "case.not_filed": (_("Case not filed"), "red"),
    "case.reconsidered": (_("Decision not to file taken back"), "grey"),
    "case.ground_given": (_("Legal ground given"), "grey"),
    "case.retitled": (_("Case given another title"), "grey"),
    "case.noted": (_("Note written"), "grey"),
    "case.disposing": (_("First notice issued, disposing begins"), "blue"),
    "case.concluding": (_("Case concluded"), "blue"),
    "case.closed": (_("Case closed"), "green"),
    "case.archived": (_("Case archived"), "grey"),
    "case.opening_undone": (_("Opening of the case undone"), "grey"),
    "case.reopened": (_("Case reopened"), "amber"),
    "case.suspended": (_("Case suspended"), "amber"),
    "case.transferred": (_("Case transferred"), "grey"),
    "case.withdrawn": (_("Case withdrawn"), "grey"),
    "complaint.submitted": (_("Complaint submitted"), "grey"),
    "complaint.sheet_handed_in": (_("Sheet submitted"), "grey"),
    "complaint.receipt_set": (_("Date of receipt set"), "grey"),
    "complaint.corrected": (_("Firm and subject of the complaint corrected"), "amber"),
    "complaint.accepted": (_("Complaint accepted"), "blue"),
    "complaint.refused": (_("Complaint refused"), "red"),
    "complaint.withdrawn": (_("Complaint withdrawn"), "grey"),
    "complaint.in_case": (_("Complaint in the case"), "grey"),
    "complaint.moved": (_("Complaint moved"), "amber"),
    "complaint.answered": (_("Complaint answered"), "green"),
    "complaint.closed": (_("Complaint closed"), "grey"),
    "import.read": (_("Sheet read"), "grey"),
    "import.corrected": (_("Reading of a sheet corrected"), "grey"),
    "import.corrections_forgotten": (
        _("Corrections of a firm's sheets forgotten"),
        "grey",
    ),
    "import.released": (_("Sheet released for registration"), "grey"),
    "import.registered": (_("Sheet registered"), "grey"),
    "import.failed": (_("Sheet could not be read"), "red"),
    "import.abandoned": (_("Import given up"), "grey"),
    "import.row_settled": (_("Row of a sheet settled"), "grey"),
    "import.row_taken_back": (_("Corrected address of a row taken back"), "grey"),
    "import.undone": (_("Import undone"), "amber"),
    "target.reported": (_("Target reported"), "grey"),
    "target.added": (_("Target added by hand"), "grey"),
    "target.taken_up": (_("Target taken up again"), "grey"),
    "target.passed_on": (_("Target carried over"), "grey"),
    "target.taken_over": (_("Target taken over"), "grey"),
    "target.dropped": (_("Target dropped"), "grey"),
    "target.import_undone": (_("Target out of work: its import was undone"), "grey"),
    "target.drop_undone": (_("Dropping undone"), "grey"),
    "target.ground_undone": (_("Change of ground undone"), "grey"),
    "target.ground_given": (_("Target given its own ground"), "grey"),
    "target.ground_taken_back": (_("Target's own ground taken back"), "grey"),
    "target.released": (_("Target free again: no official account's"), "grey"),
    "target.found_official": (_("Target found to be an official account's"), "purple"),
}
# What only the audit tells.
ONLY_IN_AUDIT = {
    "campaign.opened": _("Campaign opened"),
    "campaign.changed": _("Campaign changed"),
    "import.address_asked": _("A firm asked what an address would be recognised as"),
    "import.addresses_asked": _(
        "A firm asked what is known of addresses that it pasted"
    ),
    "ground.registered": _("Legal ground registered"),
    "ground.changed": _("Legal ground changed"),
    "official_account.targets_marked": _("Targets of an official account marked"),
    "official_account.targets_released": _("Targets of a revoked account released"),
    "case.lead": _("Case a lead again"),
    "belonging.confirmed": _("Claim of belonging confirmed"),
    "belonging.refused": _("Claim of belonging refused"),
    "belonging.admitted": _("Claim of belonging admitted"),
    "belonging.correction_proposed": _("Correction of a listing's store proposed"),
    "belonging.correction_declined": _("Correction of a listing's store declined"),
    "belonging.corrected": _("Store of a listing corrected"),
}
ACTS = ONLY_IN_AUDIT | {act: words for act, (words, _colour) in VERBS.items()}


def _grounds() -> dict[str, str]:
    return {ground.code: ground.label for ground in LegalGround.objects.all()}


# Details of entries, by the name under which they are written down.
DETAILS: dict[str, Detail] = {
    "address": Detail(_("address")),
    "addresses": Detail(_("addresses")),
    "aspect": Detail(_("aspect of the memorandum"), codes=choices(LegalGround.Aspect)),
    "basis": Detail(_("articles")),
    "characters": Detail(_("characters")),
    "check_working_days": Detail(_("check within, working days")),
    "closes_on": Detail(_("closes on")),
    "column": Detail(_("column")),
    "columns": Detail(_("columns")),
    "complaints": Detail(_("complaints")),
    "conclusion": Detail(_("conclusion")),
    "corrections": Detail(_("corrections")),
    "decision": Detail(
        _("decision"),
        codes=lambda: dict(ImportRow.Decision.choices) | {"accepted": _("accepted")},
    ),
    "document_number": Detail(_("document number")),
    "dropped": Detail(_("out of work")),
    "due_on": Detail(_("due")),
    "found": Detail(_("content is")),
    "ground": Detail(_("legal ground"), codes=_grounds),
    "held": Detail(_("held")),
    "invalid": Detail(_("invalid")),
    "is_sufficient": Detail(_("suffices alone")),
    "megabytes": Detail(_("megabytes")),
    "new": Detail(_("new targets")),
    "note": Detail(_("note"), kind="cases.casenote"),
    "officers": Detail(_("officers"), kind="corps.user"),
    "official": Detail(_("official")),
    "opens_on": Detail(_("opens on")),
    "relieved": Detail(_("officers relieved"), kind="corps.user"),
    "received_on": Detail(_("received on")),
    "passed": Detail(_("carried over")),
    "proposed": Detail(_("proposed date of receipt")),
    "repair": Detail(_("repair")),
    "repeat": Detail(_("repeat")),
    "reply_working_days": Detail(_("answer within, working days")),
    "rows": Detail(_("rows")),
    "says": Detail(_("name says")),
    "seconds": Detail(_("seconds")),
    "seen": Detail(_("seen"), codes=choices(Seen)),
    "sheet": Detail(_("sheet")),
    "sheet_name": Detail(_("file")),
    "target": Detail(_("target"), kind="cases.target"),
    "targets": Detail(_("targets")),
    "title": Detail(_("title")),
    "valid_to": Detail(_("valid to")),
    "way": Detail(_("from and to")),
    "why": Detail(_("since"), codes=lambda: REASONS),
}


def _case_codes() -> dict[str, Any]:
    """A case has had another state, or another ground."""
    return dict(CaseState.choices) | _grounds()


FAMILIES = {
    "belonging": _("Claims of belonging"),
    "campaign": _("Campaigns"),
    "case": _("Cases"),
    "complaint": _("Complaints"),
    "ground": _("Legal grounds"),
    "target": _("Targets"),
    "import": _("Imports"),
}
KINDS = {
    "cases.campaign": Kind(
        _("Campaign"), names_of(Campaign.objects.all, lambda campaign: campaign.label)
    ),
    "cases.case": Kind(
        _("Case"), names_of(Case.objects.all, lambda case: case.number), _case_codes
    ),
    "cases.complaint": Kind(
        _("Complaint"),
        names_of(Complaint.objects.all, lambda complaint: complaint.number),
        choices(ComplaintState),
    ),
    "cases.target": Kind(
        _("Target"),
        names_of(
            lambda: Target.objects.select_related("platform", "listing", "store"),
            lambda target: (
                f"{target.platform.label} {target.get_kind_display()} {target.thing.canonical_id}"
            ),
        ),
        choices(TargetState),
    ),
    "cases.importrow": Kind(
        _("Row of a sheet"),
        names_of(
            lambda: ImportRow.objects.select_related(
                "sheet_import__complaint", "sheet_import__undone_complaint"
            ),
            lambda row: f"{row.sheet_import.of_complaint.number} {row.place}",
        ),
    ),
    "cases.casenote": Kind(
        _("Note on a case"),
        names_of(
            lambda: CaseNote.objects.select_related("case"),
            lambda note: f"{note.case.number} {moment(note.at)}",
        ),
    ),
    "cases.legalground": Kind(
        _("Legal ground"),
        names_of(LegalGround.objects.all, lambda ground: ground.label),
    ),
    "listings.belonging": Kind(
        _("Claim of belonging"),
        names_of(
            lambda: Belonging.objects.select_related("platform"),
            lambda claim: (
                f"{claim.platform.label} {claim.listing_id} → {claim.store_id}"
            ),
        ),
    ),
    "listings.belongingcorrection": Kind(
        _("Correction of a listing's store"),
        names_of(lambda: BelongingCorrection.objects.select_related("listing"), str),
    ),
    "listings.listing": Kind(
        _("Listing"),
        names_of(
            lambda: Listing.objects.select_related("platform"),
            lambda listing: f"{listing.platform.label} {listing.canonical_id}",
        ),
    ),
}
