"""Forms of the notices app."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.states import Claim, Seen
from corps.deadlines.clock import today
from corps.files.form_fields import PaperField
from corps.forms import resent
from notices.states import OWE_REASON
from notices.workflow.answering import LONGEST_REMARK

PAPERS = _("PDF, OFD, DOCX, JPEG or PNG, up to 50 MB.")
LONGEST_OBJECTOR = 100
REASONS = (
    _("Hidden from search only"),
    _("Link cut, the item remains"),
    _("Account frozen"),
    _("The address does not open"),
    _("The evidence does not suffice"),
)


class ObjectorFields(forms.Form):
    """Who objects, and when they did, as the platform passes it on with the answer “appealed”."""

    objector = forms.CharField(
        label=_("Objector"),
        max_length=LONGEST_OBJECTOR,
        required=False,
        help_text=_("The merchant who appeals, as you name them, up to 100 characters"),
    )
    objected_on = forms.DateField(
        label=_("Objected on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_objected_on(self) -> date | None:
        objected_on: date | None = self.cleaned_data["objected_on"]
        if objected_on and objected_on > today():
            raise ValidationError(_("This day lies ahead."))
        return objected_on

    def appeal_details(self) -> dict[str, Any]:
        """What a reply says of the objector."""
        data = self.cleaned_data
        return {
            "objector": data.get("objector", ""),
            "objected_on": data.get("objected_on"),
        }


class AnswerForm(ObjectorFields):
    """One answer for the selected items, with a remark; a reason is owed for everything but removal.

    What is owed is judged here, so that the browser does not ask for it when the answer is changed on the page.
    """

    use_required_attribute = False

    outcome = forms.ChoiceField(label=_("Answer"), choices=Claim.choices)
    reason = forms.TypedChoiceField(
        label=_("Reason"),
        choices=[
            ("", _("Another, as the remark says")),
            *((str(number), reason) for number, reason in enumerate(REASONS)),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    remark = forms.CharField(
        label=_("Remark"),
        max_length=LONGEST_REMARK,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, so that the officer need not ask.")},
    )
    token = forms.CharField(max_length=40, widget=forms.HiddenInput)

    field_order = ("outcome", "reason", "remark", "objector", "objected_on")

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        answer = self["outcome"].value()
        self.owes_reason = answer in OWE_REASON
        if answer == Claim.REFUSED:
            self.fields["reason"].widget.attrs["autofocus"] = True
            self.fields["remark"].help_text = _("Needed where no reason is chosen.")
        else:
            del self.fields["reason"]
            self.fields["remark"].required = self.owes_reason
            self.fields["remark"].widget.attrs["autofocus"] = self.owes_reason
        if answer != Claim.APPEALED:
            del self.fields["objector"], self.fields["objected_on"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            data.get("outcome") == Claim.REFUSED
            and "remark" not in self.errors
            and not self.words()
        ):
            raise ValidationError(
                {"remark": self.fields["remark"].error_messages["required"]}
            )
        if len(self.words()) > LONGEST_REMARK:
            said_so = _(
                "Reason and remark together are longer than %(count)d characters."
            )
            raise ValidationError({"remark": said_so % {"count": LONGEST_REMARK}})
        return data

    def words(self) -> str:
        """What is kept with the answer: the common reason, if one was chosen, then what was typed."""
        data = self.cleaned_data
        if data.get("reason") is None:
            reason = ""
        else:
            reason = str(REASONS[data["reason"]])
        return " ".join(filter(None, [reason, data.get("remark", "")]))


class AnswerSheetForm(forms.Form):
    """A filled answer sheet."""

    sheet = forms.FileField(
        label=_("Filled sheet"), help_text=_("XLSX or CSV, up to 10 MB and 20,000 rows")
    )


class ReasonForm(forms.Form):
    """A reason, for acts that owe one."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class WithdrawalForm(ReasonForm):
    """Why a notice is withdrawn as a whole, and how many items the person was told that it touches."""

    confirmed = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def with_count(self, count: int) -> "WithdrawalForm":
        """The same form, with what was typed and what was wrong, that confirms another count."""
        self.data = resent(self.data, confirmed=str(count))
        return self


class ServedForm(forms.Form):
    """How a notice was served in another way than by mail, and on which day."""

    served_on = forms.DateField(
        label=_("Served on"),
        initial=today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "The period for answering runs from this day, unless the letter had arrived before."
        ),
    )
    proof = forms.CharField(
        label=_("How, to whom and when"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    document = PaperField(
        label=_("Proof (scan or photograph)"), required=False, help_text=PAPERS
    )


DELIVERY_ACTS = ("mark_sent", "resend", "cancel", "bounce")


class DeliveryForm(forms.Form):
    """What a person decides about a delivery, with the reason or the evidence."""

    act = forms.ChoiceField(
        choices=[(act, "") for act in DELIVERY_ACTS], widget=forms.HiddenInput
    )
    reason = forms.CharField(
        label=_("Reason or evidence"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ObjectionForm(forms.Form):
    """An objection against a target, as it came in."""

    reason = forms.CharField(
        label=_("What is objected"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DecisionForm(forms.Form):
    """Why an objection is decided as it is; the decision itself is the button that was pressed."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class LookForm(forms.Form):
    """What was seen at an address."""

    seen = forms.ChoiceField(
        label=_("Actually seen"), choices=Seen.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)


class BehalfForm(ObjectorFields):
    """An answer that came on paper: which items, what is said of them, and the paper itself."""

    lines = forms.CharField(
        label=_("Items"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One address or id on each line"),
    )
    outcome = forms.ChoiceField(label=_("Answer"), choices=Claim.choices)
    remark = forms.CharField(
        label=_("Remark"), max_length=LONGEST_REMARK, required=False
    )
    document = PaperField(label=_("The document it came by"), help_text=PAPERS)

    field_order = ("lines", "outcome", "remark", "objector", "objected_on", "document")

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["objector"].help_text = _(
            "Of an appeal: the merchant, as the platform names them"
        )
        self.fields["objected_on"].help_text = _(
            "Of an appeal: the day on which the merchant objected"
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") != Claim.APPEALED:
            for name in ("objector", "objected_on"):
                if data.get(name):
                    self.add_error(name, _("Only an appeal has an objector."))
        return data

    def clean_lines(self) -> list[str]:
        return list(
            dict.fromkeys(
                line.strip()
                for line in self.cleaned_data["lines"].splitlines()
                if line.strip()
            )
        )
