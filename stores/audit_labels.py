"""This app's words for the audit."""

from django.utils.translation import gettext_lazy as _

from corps.audit.extensions import Detail, Kind
from corps.audit.labels import choices, names_of
from stores.models import Liaison, OfficialAccount, Platform

ACTS = {
    "platform.registered": _("Platform registered"),
    "platform.changed": _("Platform corrected"),
    "platform.retired": _("Platform retired"),
    "platform.resumed": _("Platform takes part again"),
    "liaison.account_given": _("Liaison given an account"),
    "liaison.appointed": _("Liaison appointed"),
    "liaison.changed": _("Liaison changed"),
    "liaison.dismissed": _("Liaison dismissed"),
    "official_account.proposed": _("Official account proposed"),
    "official_account.declined": _("Proposed official account declined"),
    "official_account.registered": _("Official account registered"),
    "official_account.strike_proposed": _(
        "Revocation of an official account requested"
    ),
    "official_account.strike_declined": _("Official account left protected"),
    "official_account.struck": _("Official account revoked"),
}
FAMILIES = {
    "platform": _("Platforms"),
    "liaison": _("Liaisons"),
    "official_account": _("Official accounts"),
}
DETAILS: dict[str, Detail] = {
    "changed": Detail(
        _("changes"),
        codes=lambda: {
            "email": _("e-mail"),
            "phone": _("telephone"),
            "name": _("name"),
        },
    ),
    "duty": Detail(_("duty"), codes=choices(Liaison.Duty)),
    "open": Detail(_("still open there")),
    "former": Detail(_("former"), kind="stores.liaison"),
    "platform": Detail(_("platform")),
    "slug": Detail(_("code")),
    "store": Detail(_("store")),
}
KINDS = {
    "stores.platform": Kind(
        _("Platform"), names_of(Platform.objects.all, lambda platform: platform.label)
    ),
    "stores.liaison": Kind(
        _("Liaison"),
        names_of(
            lambda: Liaison.objects.select_related("platform"),
            lambda one: f"{one.platform.label} {one.name}",
        ),
    ),
    "stores.officialaccount": Kind(
        _("Official account"), names_of(OfficialAccount.objects.all)
    ),
}
