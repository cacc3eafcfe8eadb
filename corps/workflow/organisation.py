"""How the authority of this installation is called and reached."""

from datetime import datetime

from django.db import transaction

from corps.access.permissions import require
from corps.audit.field_changes import put
from corps.audit.recording import record
from corps.database.locking import locked
from corps.installation.organisation import forget_shown, stated
from corps.models import Installation, Organisation, User


@transaction.atomic
def change_organisation(
    *,
    name: str,
    letter_head: str,
    document_prefix: str,
    address: str,
    telephone: str,
    actor: User,
    at: datetime,
) -> Organisation:
    """State name, letter head, official numbers, address and telephone; an empty one is what the settings say.

    Letters that were written keep their words. What waits for approval says something else from then on, so its
    approval is void. Raises PermissionDenied; ValidationError by field.
    """
    require(actor, "corps.change_organisation")
    locked(Installation.objects).get()
    organisation = stated()
    wanted = {
        "name": name,
        "letter_head": letter_head,
        "document_prefix": document_prefix,
    }
    before, after = put(
        organisation, wanted | {"address": address, "telephone": telephone}
    )
    if not after:
        return organisation
    organisation.full_clean()
    organisation.save()
    record(actor, "organisation.changed", None, at=at, before=before, after=after)
    transaction.on_commit(forget_shown)
    return organisation
