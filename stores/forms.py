"""Forms of the stores app."""

from django import forms
from django.utils.translation import gettext_lazy as _

from corps.forms import RecordForm
from stores.models import Liaison, Platform


class PlatformForm(RecordForm):
    """A platform that takes part."""

    class Meta:
        model = Platform
        fields = ["slug", "name", "name_en", "legal_name", "uscc", "legal_address"]
        labels = {"slug": _("Short name")}
        help_texts = {
            "slug": _(
                "Small letters and digits, as the address rules name the site: taobao, jd, pdd, …"
            ),
            "legal_name": _(
                "Whom letters are addressed to, as in its business licence."
            ),
        }


class PlatformChangeForm(PlatformForm):
    """What can be corrected of a platform: all but its slug."""

    class Meta(PlatformForm.Meta):
        fields = PlatformForm.Meta.fields[1:]


class LiaisonForm(RecordForm):
    """Whom notices go to, and who else may answer."""

    class Meta:
        model = Liaison
        fields = ["name", "email", "phone", "duty"]
        labels = {"name": _("Name")}

    duty = forms.ChoiceField(
        label=_("Duty"), choices=[("", _("choose")), *Liaison.Duty.choices]
    )
