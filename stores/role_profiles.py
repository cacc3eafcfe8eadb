"""What the account of a platform's liaison needs beside its own fields."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from corps.models import User
from stores import workflow
from stores.models import Liaison, Platform


class LiaisonForm(forms.Form):
    """For which platform, and whether first or second."""

    liaison = forms.ModelChoiceField(
        label=_("Whose account"),
        queryset=Liaison.objects.filter(user=None, is_active=True).select_related(
            "platform"
        ),
        required=False,
        empty_label=_("somebody who is not named as a liaison yet"),
        help_text=_(
            "Whoever is named already stays one entry: their name, e-mail and telephone become the account's."
        ),
    )
    platform = forms.ModelChoiceField(
        label=_("Platform"),
        queryset=Platform.objects.taking_part(),
        empty_label=_("choose"),
    )
    duty = forms.ChoiceField(
        label=_("Duty"),
        choices=Liaison.Duty.choices,
        help_text=_(
            "A new primary liaison makes the former one a backup. Letters go to the account's e-mail."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        person: Any = self.fields["liaison"]
        person.label_from_instance = lambda one: (
            f"{one.platform.label} {one.name} {one.get_duty_display()}"
        )
        if "liaison_of" in self.initial:  # an account that has its liaison
            del self.fields["liaison"]
            platform: Any = self.fields["platform"]
            platform.queryset = (
                Platform.objects.taking_part()
                | Platform.objects.filter(pk=self.initial["platform"])
            )

    def clean(self) -> dict[str, Any]:
        """Whoever is chosen answers for their own platform."""
        data: dict[str, Any] = super().clean() or {}
        person, platform = data.get("liaison"), data.get("platform")
        if person and platform and person.platform_id != platform.pk:
            said = _("%(name)s answers for %(platform)s.")
            self.add_error(
                "platform",
                said % {"name": person.name, "platform": person.platform.label},
            )
        return data


class LiaisonPart:
    """Keeps the liaison of an account in step with it: name, e-mail and telephone are the account's."""

    form = LiaisonForm
    required = ("email",)

    def initial(self, user: User) -> dict[str, Any]:
        liaison = Liaison.objects.filter(user=user).first()
        if liaison is None:
            return {}
        return {
            "platform": liaison.platform_id,
            "duty": liaison.duty,
            "liaison_of": liaison.pk,
        }

    def offered(
        self, asked: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """For whom an account is to be made, where the address of the page names a liaison or a platform."""
        liaison = asked.get("liaison", "")
        named = Liaison.objects.filter(user=None, is_active=True)
        if re.fullmatch(r"[0-9]{1,18}", liaison) and (
            person := named.filter(pk=int(liaison)).first()
        ):
            own = {"name": person.name, "email": person.email, "phone": person.phone}
            return own, {
                "liaison": person.pk,
                "platform": person.platform_id,
                "duty": person.duty,
            }
        return {}, {
            "platform": Platform.objects.taking_part()
            .filter(slug=asked.get("platform", ""))
            .first()
        }

    def save(
        self, user: User, data: dict[str, Any], *, actor: User, at: datetime
    ) -> None:
        """Appoint the account as a liaison or change what it is. Raises ValidationError for another platform."""
        user = User.objects.get(pk=user.pk)
        person = {
            "name": user.name,
            "email": user.email,
            "phone": user.phone,
            "duty": data["duty"],
        }
        liaison = Liaison.objects.filter(user=user).first()
        if liaison is None and (
            named := data.get("liaison") or self._named_before(user, data["platform"])
        ):
            workflow.give_account(
                liaison=named, user=user, duty=data["duty"], actor=actor, at=at
            )
        elif liaison is None:
            workflow.appoint_liaison(
                platform=data["platform"], user=user, actor=actor, at=at, **person
            )
        elif liaison.platform_id == data["platform"].pk:
            workflow.change_liaison(liaison=liaison, actor=actor, at=at, **person)
        else:
            raise forms.ValidationError(
                _(
                    "A liaison stays with their platform; make another account for another one."
                )
            )

    def _named_before(self, user: User, platform: Platform) -> Liaison | None:
        """Who is named there with the e-mail of a new account, and has none. Raises ValidationError for a namesake."""
        named = platform.liaisons.filter(user=None, is_active=True)
        same = named.filter(email__iexact=user.email).first()
        if same is None and (namesake := named.filter(name=user.name).first()):
            said = _(
                "%(name)s (%(email)s) is named there without an account. Choose them under “Whose account”, or give a "
                "name that tells the two apart."
            )
            raise forms.ValidationError(
                said % {"name": namesake.name, "email": namesake.email}
            )
        return same
