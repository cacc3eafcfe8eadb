"""Forms of the stores room."""

from django import forms
from django.utils.translation import gettext_lazy as _

from corps.forms import RecordForm
from stores.models import Liaison, Platform


class PlatformForm(RecordForm):
    """A platform that takes part."""

    class Meta:
        model = Platform
        fields = ["slug", "name", "name_en"]
        labels = {"slug": _("Short name")}
        help_texts = {"slug": _("Small letters and digits, as the address rules name the site: taobao, jd, pdd, …")}


class LiaisonForm(RecordForm):
    """Whom notices go to, and who else may answer."""

    class Meta:
        model = Liaison
        fields = ["name", "email", "phone", "duty"]
        labels = {"name": _("Name")}

    duty = forms.ChoiceField(label=_("Duty"), choices=[("", _("choose")), *Liaison.Duty.choices])
