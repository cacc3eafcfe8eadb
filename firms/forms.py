"""Forms of the firms app."""

from django import forms
from django.utils.translation import gettext_lazy as _

from corps.forms import RecordForm
from firms.models import Firm


class FirmForm(RecordForm):
    """A firm as it is registered; its brands one on each line."""

    brands = forms.CharField(
        label=_("Brands"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line."),
    )

    class Meta:
        model = Firm
        fields = ["code", "name", "name_en", "short_name", "uscc", "licence"]
        help_texts = {
            "code": _(
                "Its name in files, addresses and the API; it cannot be changed later."
            )
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["short_name"].required = False

    def clean_brands(self) -> list[str]:
        return [
            line.strip()
            for line in self.cleaned_data["brands"].splitlines()
            if line.strip()
        ]


class FirmChangeForm(FirmForm):
    """What can be corrected of a firm: all but its code; brands have a page of their own."""

    class Meta(FirmForm.Meta):
        fields = FirmForm.Meta.fields[1:]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["brands"]


class BrandForm(forms.Form):
    """The name of a brand."""

    name = forms.CharField(label=_("Brand"), max_length=60)
