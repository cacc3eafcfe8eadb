"""Forms of cases."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.guessing import guess
from cases.models import Campaign, Case, CaseOfficer, Complaint, LegalGround
from cases.pasted import MOST_LINES
from cases.states import OPEN_CASE
from cases.workflow.grounds import ALWAYS
from corps.access.permissions import who_may
from corps.deadlines.clock import today
from corps.forms import RecordForm, offer, resent, ticked_ids
from corps.models import User
from firms.models import Firm
from listings.addresses import read_cell
from listings.sheets import is_no_sheet
from listings.sheets.pasted import read_pasted
from listings.sheets.refusals import refused
from listings.sites import platform_of
from stores.models import Platform

LONG = 4000
# So many characters can be pasted at once; with as many lines as are read at once, 400 for each.
PASTED = 200_000
COUNTS = re.compile(r"[a-z-]{1,30}=[0-9]{1,9}( [a-z-]{1,30}=[0-9]{1,9}){0,20}")


class CampaignForm(RecordForm):
    """A campaign and the lengths that it has agreed, in working days."""

    class Meta:
        model = Campaign
        fields = [
            "name",
            "name_en",
            "opens_on",
            "closes_on",
            "reply_working_days",
            "check_working_days",
        ]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("opens_on", "closes_on")
        }
        labels = {
            "name": _("Campaign"),
            "name_en": _("English name"),
            "opens_on": _("First day"),
            "closes_on": _("Last day"),
            "reply_working_days": _("Answer within, working days"),
            "check_working_days": _("Check within, working days"),
        }
        help_texts = dict.fromkeys(
            ("reply_working_days", "check_working_days"),
            _("Empty: by the internal rule."),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("reply_working_days", "check_working_days"):
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label,
                help_text=self.fields[name].help_text,
                required=False,
                min_value=1,
                max_value=250,
            )


class NewGroundForm(RecordForm):
    """A legal ground as it is taken into the list."""

    class Meta:
        model = LegalGround
        fields = [
            "code",
            "name",
            "name_en",
            "aspect",
            "basis",
            "is_sufficient",
            "valid_from",
            "valid_to",
        ]
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("valid_from", "valid_to")
        }
        labels = {
            "code": _("Code of the ground"),
            "name": _("Legal ground"),
            "name_en": _("English name"),
            "basis": _("Articles"),
            "is_sufficient": _("A notice may stand on it alone"),
            "valid_from": _("First day"),
            "valid_to": _("Last day"),
        }
        help_texts = {
            "code": _(
                "Small letters, digits and underscores; it cannot be changed later."
            ),
            "basis": _("As letters cite them."),
            "valid_to": _("Empty as long as the law is in force."),
        }

    aspect = forms.ChoiceField(
        label=_("Aspect of the memorandum"),
        choices=[("", _("choose")), *LegalGround.Aspect.choices],
    )


class GroundChangeForm(NewGroundForm):
    """What can be corrected of a ground. given: somebody relied on it already, so that its wording stands."""

    def __init__(self, *args: Any, given: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.Meta.fields if given else ("code",):
            if name not in ALWAYS:
                del self.fields[name]


class ComplaintForm(forms.Form):
    """A complaint with its sheet. A representative speaks for the own firm only."""

    firm = forms.ModelChoiceField(label=_("Firm"), queryset=Firm.objects.none())
    subject = forms.CharField(
        label=_("Subject of the letter"),
        max_length=200,
        required=False,
        help_text=_("Empty: as the file's name, or the title in it, says."),
    )
    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    receipt_reason = forms.CharField(
        label=_("Why from an earlier day"),
        max_length=300,
        required=False,
        help_text=_(
            "Needed where the letter reached the corps before today, such as by post."
        ),
    )
    sheet = forms.FileField(
        label=_("Sheet"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.csv"}),
        help_text=_(
            "XLSX or CSV, the firm's own headers; up to 20 MB and 100,000 rows."
        ),
    )
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False
    )
    # The subject that was proposed from the file's name, if one was.
    guessed_subject = forms.CharField(
        max_length=200, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, Firm.objects.visible_to(user), "firm")
        if not user.is_corps:
            cast(forms.ModelChoiceField, self.fields["firm"]).empty_label = None
        self.fields["received_on"].initial = today()
        offer(self, Campaign.objects.visible_to(user), "campaign")
        if not user.is_corps:
            del self.fields["campaign"]
            del self.fields["receipt_reason"]
            self.fields["received_on"].label = _("Date of receipt that you propose")
            self.fields["received_on"].help_text = _(
                "The corps sets it; without its word it is today."
            )

    def clean(self) -> dict[str, Any]:
        """What was typed; without a subject, the one that the file's name says, and whether it was guessed."""
        super().clean()
        said, sheet = self.cleaned_data, self.cleaned_data.get("sheet")
        guessed = said.pop("guessed_subject", "")
        if "subject" in said and not said["subject"]:
            said["subject"] = guessed = guess(sheet.name, ()).subject if sheet else ""
            if not guessed:
                self.add_error("subject", _("Say what the letter is about."))
        said["is_subject_guessed"] = bool(sheet) and said.get("subject") == guessed
        return said

    def clean_received_on(self) -> date:
        received_on = self.cleaned_data["received_on"]
        if received_on > today():
            raise ValidationError(_("This day has not come yet."))
        return received_on

    def clean_sheet(self) -> UploadedFile | None:
        """What is no sheet by its content is refused before it is kept."""
        sheet: UploadedFile | None = self.cleaned_data["sheet"]
        if sheet and is_no_sheet(first_bytes(sheet)):
            raise ValidationError(str(refused("not-a-spreadsheet").message))
        return sheet


class PasteForm(forms.Form):
    """What is pasted: rows from a spreadsheet or lines of text; and for whom, once it is handed in."""

    pasted = forms.CharField(
        label=_("Addresses, texts that an app shares, or rows of a spreadsheet"),
        max_length=PASTED,
        strip=False,
        widget=forms.Textarea,
    )
    firm = forms.ModelChoiceField(
        label=_("Firm"), queryset=Firm.objects.none(), required=False
    )
    subject = forms.CharField(
        label=_("Subject of the letter"), max_length=200, required=False
    )

    def __init__(
        self, data: QueryDict | None = None, *, user: User, firm: Firm | None = None
    ) -> None:
        # Ids of its own: it stands beside other forms.
        super().__init__(data, auto_id="paste_%s", initial={"firm": firm})
        self.firms = Firm.objects.visible_to(user)
        offer(self, self.firms, "firm")
        cast(forms.ModelChoiceField, self.fields["firm"]).empty_label = _("choose")
        if not user.is_corps:
            del self.fields["firm"]

    @property
    def complainant(self) -> Firm | None:
        """The firm that complains: a representative's own, otherwise the chosen one."""
        if "firm" in self.fields:
            return self.cleaned_data.get("firm")
        return self.firms.get()

    def clean_pasted(self) -> str:
        """At most so many lines as are answered at once."""
        text = str(self.cleaned_data["pasted"])
        lines = len(read_pasted(text).lines)
        if not lines:
            raise ValidationError(_("Paste at least one line."))
        if lines > MOST_LINES:
            said = _(
                "These are %(lines)s lines; at most %(most)s are read at once. Upload a file instead."
            )
            raise ValidationError(said % {"lines": lines, "most": MOST_LINES})
        return text


def first_bytes(file: UploadedFile) -> bytes:
    """How a file begins; it is at its beginning afterwards."""
    start = file.read(512)
    file.seek(0)
    return bytes(start)


class ComplaintCorrectionForm(forms.Form):
    """Whose complaint it is, and what it is about."""

    firm = forms.ModelChoiceField(
        label=_("Firm"), queryset=Firm.objects.none(), empty_label=None
    )
    subject = forms.CharField(label=_("Subject of the letter"), max_length=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, Firm.objects.visible_to(user), "firm")


class NewSheetForm(forms.Form):
    """The sheet of a complaint that has none."""

    sheet = forms.FileField(
        label=_("Sheet"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.csv"}),
        help_text=_(
            "XLSX or CSV, the firm's own headers; up to 20 MB and 100,000 rows."
        ),
    )

    def clean_sheet(self) -> UploadedFile:
        """What is no sheet by its content is refused before it is kept."""
        sheet: UploadedFile = self.cleaned_data["sheet"]
        if is_no_sheet(first_bytes(sheet)):
            raise ValidationError(str(refused("not-a-spreadsheet").message))
        return sheet


class ReceiptForm(forms.Form):
    """The date of receipt as the corps sets it, with a reason where it lies before the handing in."""

    received_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Why from an earlier day"),
        max_length=300,
        required=False,
        help_text=_("Needed for a day before the complaint was submitted here."),
    )


class CaseForm(forms.Form):
    """A case made of complaints: its title, its ground and its two officers."""

    title = forms.CharField(label=_("Title"), max_length=160)
    ground = forms.ModelChoiceField(
        label=_("Legal ground"),
        queryset=LegalGround.objects.none(),
        required=False,
        help_text=_(
            "Holds for every target without one of its own; a low price alone is none."
        ),
    )
    lead = forms.ModelChoiceField(label=_("Lead officer"), queryset=User.objects.none())
    second = forms.ModelChoiceField(
        label=_("Second officer"), queryset=User.objects.none()
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(
            self,
            LegalGround.objects.visible_to(user).valid_on(today()).sufficient(),
            "ground",
        )
        officers = who_may("cases.view_own_tasks", User.objects.visible_to(user))
        offer(self, officers, "lead", "second")
        self.fields["lead"].initial = user.pk
        self.fields["second"].initial = CaseOfficer.objects.last_partner_of(user)

    def clean_second(self) -> User:
        return two_officers(self.cleaned_data)


def two_officers(said: dict[str, Any]) -> User:
    """The second officer of a form's data. Raises ValidationError for the same person twice."""
    if said["second"] == said.get("lead"):
        raise ValidationError(
            _("A case is handled by two officers: choose another one.")
        )
    return said["second"]


class JoinForm(forms.Form):
    """An open case of the firm that takes further complaints."""

    case = forms.ModelChoiceField(label=_("Case"), queryset=Case.objects.none())

    def __init__(self, *args: Any, user: User, firm: Firm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = Case.objects.visible_to(user).filter(firm=firm, state__in=OPEN_CASE)
        offer(self, cases.order_by("-pk"), "case")


class OfficersForm(forms.Form):
    """The two officers of a case."""

    lead = forms.ModelChoiceField(label=_("Lead officer"), queryset=User.objects.none())
    second = forms.ModelChoiceField(
        label=_("Second officer"), queryset=User.objects.none()
    )

    def __init__(self, *args: Any, case: Case, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        officers = who_may("cases.view_own_tasks", User.objects.visible_to(user))
        offer(self, officers, "lead", "second")
        for turn in case.assignments.filter(until=None):
            self.fields["lead" if turn.is_lead else "second"].initial = turn.officer_id

    def clean_second(self) -> User:
        return two_officers(self.cleaned_data)


class TitleForm(forms.Form):
    """The title of a case, as its letters say it."""

    title = forms.CharField(label=_("Title"), max_length=160)


class GroundForm(forms.Form):
    """The ground a case stands on."""

    ground = forms.ModelChoiceField(
        label=_("Legal ground"), queryset=LegalGround.objects.none(), required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, LegalGround.objects.visible_to(user).valid_on(today()), "ground")


class ReasonForm(forms.Form):
    """A reason, for acts that owe one."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["reason"].label = label


class LeavingForm(ReasonForm):
    """Why a case leaves or is suspended, and the counts of what waits that the person was shown, as "code=count"."""

    confirmed = forms.CharField(
        max_length=500, required=False, widget=forms.HiddenInput
    )

    def clean_confirmed(self) -> dict[str, int]:
        """The counts by their codes."""
        text = self.cleaned_data["confirmed"]
        if text and not COUNTS.fullmatch(text):
            raise ValidationError(
                _("These counts cannot be read; open the page again.")
            )
        pairs = [pair.split("=") for pair in text.split()]
        return {code: int(count) for code, count in pairs}

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Have the form confirm these counts when it is sent, whatever was sent before."""
        text = " ".join(f"{code}={count}" for code, count in sorted(counts.items()))
        self.initial["confirmed"] = text
        if self.is_bound:
            self.data = resent(self.data, confirmed=text)


class WithdrawalForm(LeavingForm):
    """The same for a case that is given up, with the results to take back."""

    def clean(self) -> dict[str, Any]:
        """What was typed, and the ids of the targets that were ticked beside the form."""
        super().clean()
        return self.cleaned_data | {
            "take_back": ticked_ids(cast(QueryDict, self.data), "take_back")
        }


class TextForm(forms.Form):
    """A note, or a conclusion."""

    text = forms.CharField(
        label=_("Text"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label


class AddressesForm(forms.Form):
    """Listings and stores added by hand, an address on each line."""

    addresses = forms.CharField(
        label=_("Addresses"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One on each line, in any form."),
    )

    def clean_addresses(self) -> list[str]:
        return [
            line.strip()
            for line in self.cleaned_data["addresses"].splitlines()
            if line.strip()
        ][:5000]


class MoveForm(forms.Form):
    """Where a complaint goes that was taken into the wrong case: an open case of its firm, or none; and why."""

    case = forms.ModelChoiceField(
        label=_("To case"),
        queryset=Case.objects.none(),
        required=False,
        empty_label=_("into no case for now"),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self, *args: Any, user: User, complaint: Complaint, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        cases = Case.objects.visible_to(user).filter(
            firm=complaint.firm, state__in=OPEN_CASE
        )
        offer(self, cases.exclude(complaints=complaint).order_by("-pk"), "case")


class BelongingForm(forms.Form):
    """In which store a listing is said to be from now on. `store` becomes a canonical id, empty for none."""

    store = forms.CharField(
        label=_("Address of the store"),
        max_length=2000,
        required=False,
        help_text=_(
            "Any form of the store's address; empty if it is in no store that is known."
        ),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, platform: Platform, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.platform = platform

    def clean_store(self) -> str:
        """The store's canonical id. Another platform's, a listing or what cannot be read is refused here."""
        text = self.cleaned_data["store"].strip()
        if not text:
            return ""
        address = read_cell(text)
        if address.kind != "store" or platform_of(address.site) != self.platform.slug:
            raise ValidationError(
                _("This is no address of a store on the listing's platform.")
            )
        return address.canonical_id
