"""What an official account that is struck sets free: targets that it alone kept from notices, and rows of sheets."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case, ImportRow, SheetImport, Target
from cases.workflow.imports.rows import account_label
from cases.workflow.targets import kept_targets, targets_of
from corps.audit.recording import record
from corps.database.locking import locked_in_order
from corps.models import User
from corps.workflow import announce
from listings.workflow import Account
from stores.extensions import Touched
from stores.models import OfficialAccount


def release_account(account: OfficialAccount, *, actor: User, at: datetime) -> None:
    """A hook of `stores.workflow` for one that was struck: what it alone kept from notices is a target like others, and
    the officers of the cases that it touches are told, also of the rows that it kept out."""
    locked = list(
        locked_in_order(Target.objects, kept_targets(account)).values_list("pk", "case")
    )
    Target.objects.filter(pk__in=[pk for pk, _case in locked]).update(is_official=False)
    rows = kept_rows(account)
    record(
        actor,
        "official_account.targets_released",
        account,
        at=at,
        targets=len(locked),
        rows=rows.count(),
    )
    touched = Counter(case for _pk, case in locked if case is not None)
    of_cases = rows.filter(sheet_import__complaint__case__isnull=False).order_by()
    touched.update(
        dict(
            of_cases.values_list("sheet_import__complaint__case").annotate(Count("pk"))
        )
    )
    url = reverse("cases:official_rows", args=[account.pk])
    for case in Case.objects.filter(pk__in=touched).order_by("pk"):
        told: dict[str, Any] = {"count": touched[case.pk], "name": account.name}
        announce(
            "official_account.struck", account, about=case, actor=actor, url=url, **told
        )


def kept_by(account: OfficialAccount) -> int:
    """For `stores.extensions.protected_counters`: how many targets this account alone keeps from notices."""
    return len(kept_targets(account))


def kept_rows(account: OfficialAccount) -> QuerySet[ImportRow]:
    """Rows of sheets from which nothing was registered because they name what is this account's; of an import that was
    undone nothing will be."""
    named = account_label(Account(account.pk, account.name, account.firm.code))
    rows = ImportRow.objects.filter(finding=named, platform_slug=account.platform.slug)
    rows = rows.exclude(sheet_import__state=SheetImport.State.UNDONE)
    return rows.filter(result=ImportRow.Result.OFFICIAL, target=None)


def freed_by(account: OfficialAccount) -> Iterable[Touched]:
    """For `stores.extensions.freed_counters`: what revoking the account sets free, or what it has."""
    targets = targets_of(account)
    if account.revoked_at:
        count = sum(lot.filter(is_official=False).count() for lot in targets)
    else:
        count = kept_by(account)
    listed = reverse("cases:official_targets", args=[account.pk])
    yield Touched("targets", _("Targets"), count, _("may enter a notice"), listed)
    listed = reverse("cases:official_rows", args=[account.pk])
    note = _("from which nothing was registered: judge them anew in their sheets")
    yield Touched("rows", _("Rows of sheets"), kept_rows(account).count(), note, listed)
