"""Forms of this app: accounts, units, and what the audit is filtered by."""

import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import BLANK_CHOICE_DASH, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from corps.deadlines.calendar import Day
from corps.deadlines.holiday_tables import TableFaults, read_table
from corps.installation.organisation import Details
from corps.models import Unit, User

DASHES = BLANK_CHOICE_DASH[0][1]
IN_THE_CORPS = (User.Role.OFFICER, User.Role.SUPERVISOR)


def offer(form: forms.Form, rows: QuerySet, *names: str) -> None:
    """Let these fields of a form choose among rows that the person may see; what stands for no choice has a word."""
    for name in names:
        field = cast(forms.ModelChoiceField, form.fields[name])
        if field.empty_label == DASHES:
            field.empty_label = _("choose") if field.required else _("none")
        field.queryset = rows


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the body of a POST, be it empty, so that what is missing is said; None otherwise."""
    return request.POST if request.method == "POST" else None


class NoActChosen(BadRequest):
    """A form was sent without an act that its page offers."""


def chosen_act(request: HttpRequest, *acts: str, default: str = "") -> str:
    """The act that the pressed button names. Raises NoActChosen unless it is one of `acts`: none is done by default.

    default: the one of `acts` that is meant where none is named; only what changes nothing.
    """
    act = request.POST.get("act", default)
    if act not in acts:
        raise NoActChosen
    return act


def ticked_ids(sent: QueryDict, name: str = "ids") -> list[int]:
    """The ids of the rows ticked in a table, as sent; what cannot be an id is passed over."""
    return [
        int(text) for text in sent.getlist(name) if re.fullmatch(r"[0-9]{1,18}", text)
    ]


def resent(sent: Any, **values: str) -> QueryDict:
    """What was sent, with other values in some fields: for a form that comes back to be confirmed anew."""
    changed: QueryDict = sent.copy()
    for name, value in values.items():
        changed[name] = value
    return changed


class RecordForm(forms.ModelForm):
    """The fields of something to be registered or corrected. Whether there is such a one already, its verb judges."""

    def validate_unique(self) -> None:
        """Nothing here: the verb's own refusal comes back beside the field (`corps.ui.refusals`)."""


class UserForm(forms.Form):
    """An account's own fields, as many as its role has."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=60,
        validators=User._meta.get_field("username").validators,
        help_text=_(
            "Letters, digits, dot, dash and underscore. It cannot be changed later."
        ),
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, role.label) for role in IN_THE_CORPS]
    )
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.order_by("path"), empty_label=_("choose")
    )
    duties = forms.MultipleChoiceField(
        label=_("Duties"),
        choices=User.Duty.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Reviewer and approver of one thing must be different people."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)

    def __init__(
        self,
        *args: Any,
        role: str,
        exists: bool,
        required: Iterable[str] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        for name in required:
            self.fields[name].required = True
        if exists:
            del self.fields["username"]
        if role not in IN_THE_CORPS:
            for name in ("role", "unit", "duties"):
                del self.fields[name]
        elif not exists:
            del self.fields["role"]
            if role == User.Role.OFFICER:
                duties: Any = self.fields["duties"]
                duties.choices = [
                    (User.Duty.PAST_EVENTS.value, User.Duty.PAST_EVENTS.label)
                ]
                duties.help_text = ""


class UnitForm(forms.Form):
    """A unit's name and place."""

    name = forms.CharField(label=_("Unit's name"), max_length=80)
    parent = forms.ModelChoiceField(
        label=_("Belongs to"),
        queryset=Unit.objects.order_by("path"),
        required=False,
        empty_label=_("Directly to the corps"),
    )


class OrganisationForm(forms.Form):
    """How the authority is called and reached. details: what is in force, shown where nothing is stated."""

    name = forms.CharField(
        label=_("Name of the authority"),
        max_length=80,
        required=False,
        help_text=_("Under letters, as the sender of mail, and on pages."),
    )
    letter_head = forms.CharField(
        label=_("Letter head"),
        max_length=80,
        required=False,
        help_text=_("Above letters, where it is not the name."),
    )
    document_prefix = forms.CharField(
        label=_("Beginning of official numbers"),
        max_length=20,
        required=False,
        help_text=_("Numbers that were given stay as they are."),
    )
    address = forms.CharField(label=_("Postal address"), max_length=200, required=False)
    telephone = forms.CharField(
        label=_("Telephone of the authority"), max_length=40, required=False
    )

    def __init__(self, *args: Any, details: Details, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("name", "letter_head", "document_prefix"):
            self.fields[name].widget.attrs["placeholder"] = getattr(details, name)


class OwnPhoneForm(forms.Form):
    """An officer's own telephone."""

    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        help_text=_("Letters that name you as the contact give it to the platform."),
    )


class CalendarForm(forms.Form):
    """A year's holiday table, pasted or as a text file, and the notice it comes from."""

    table = forms.CharField(
        label=_("Days"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 14, "class": "mono", "spellcheck": "false"}
        ),
        help_text=_(
            "One line a day or span: date, rest or work, name; such as 2027-02-06..2027-02-12, rest, Spring Festival."
        ),
    )
    file = forms.FileField(
        label=_("Or a text file with them"),
        required=False,
        help_text=_("UTF-8, apart by tabs or commas."),
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=80,
        help_text=_("Name and number of the State Council's notice."),
    )
    days: list[Day]

    def clean(self) -> dict[str, Any]:
        """Reads the days; each line that cannot be read is an error of its own."""
        data = super().clean() or {}
        field = "file" if data.get("file") else "table"
        if file := data.get("file"):
            try:
                data["table"] = file.read(60_000).decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("This is not text in UTF-8."))
                return data
        try:
            self.days = read_table(data.get("table") or "")
        except TableFaults as wrong:
            for number, said in wrong.faults:
                self.add_error(
                    field,
                    _("Line %(number)s: %(said)s") % {"number": number, "said": said},
                )
        return data


class HeldMailsForm(forms.Form):
    """What becomes of held mails: those ticked, or all of a kind. The reason is owed by whoever drops them."""

    kind = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)
    whole = forms.BooleanField(
        label=_("All mails of this kind, those on other pages too"), required=False
    )
    reason = forms.CharField(
        label=_("Reason for giving up"), max_length=500, required=False
    )

    def ticked(self) -> list[int]:
        """The ids of the mails that were ticked."""
        return ticked_ids(self.data) if isinstance(self.data, QueryDict) else []
