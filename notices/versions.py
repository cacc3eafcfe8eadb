"""The version of a letter: what an approval is of.

It is taken from the very content of which the letter is rendered, part by part, so that whatever changes in the letter
changes the version, by whatever way, and what changed can be named. The numbers, the dates and the code that a letter
gets when it is issued are no part of it.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy

from corps.installation.organisation import Details
from notices import letters
from notices.models import Notice

PARTS: dict[str, Any] = {
    "items": gettext_lazy("the items"),
    "grounds": gettext_lazy("the legal grounds"),
    "request": gettext_lazy("what is asked besides removal"),
    "period": gettext_lazy("the period for answers"),
    "case": gettext_lazy("the case, by its title or number"),
    "contact": gettext_lazy("the contact"),
    "organisation": gettext_lazy(
        "the letter head, address or telephone of the authority"
    ),
    "recipient": gettext_lazy("the recipient"),
    "text": gettext_lazy("the text of the letter"),
}


def parts_of(notice: Notice) -> dict[str, str]:
    """The SHA-256 of each part of a notice's letter as it would leave now, in hex.

    Two statements more than rendering the letter itself, whatever the number of items.
    """
    content = letters.content_of(notice)
    items, contact, recipient = (
        content.context["items"],
        content.context["contact"],
        notice.recipient,
    )
    organisation, campaign = content.context["organisation"], notice.case.campaign
    parts: dict[str, Any] = {
        "items": [
            [
                value
                for name, value in item.items()
                if name not in ("ground", "ground_id")
            ]
            for item in items
        ],
        "grounds": [
            [item["ground_id"] for item in items],
            *_grounds_of(notice, content),
        ],
        "request": [notice.ask_preserve, notice.ask_operator],
        "period": campaign.reply_working_days if campaign else None,
        "case": [notice.case.title, notice.case.document_number],
        "contact": [contact.pk, contact.name, contact.phone],
        "organisation": _sender(organisation),
        "recipient": [
            notice.platform.addressee,
            recipient
            and [recipient.pk, recipient.name, recipient.email, recipient.duty],
        ],
        "text": [
            notice.platform_id,
            content.title,
            content.html,
            content.text,
            content.cells,
        ],
    }
    return {part: _digest(value) for part, value in parts.items()}


def _sender(organisation: Details) -> list[str]:
    """What a letter says of the authority that sends it."""
    return [
        organisation.name,
        organisation.letter_head,
        organisation.address,
        organisation.telephone,
    ]


def _grounds_of(
    notice: Notice, content: letters.Content
) -> tuple[list[int | None], list[list[Any]]]:
    """The ground that each item was given itself, by its place, and the grounds of the letter with all they say."""
    given = (
        notice.items.named().order_by("position").values_list("ground_id", flat=True)
    )
    stated = [
        [row["ground"].pk, row["ground"].name, row["ground"].basis]
        for row in content.context["grounds"]
    ]
    return list(given), sorted(stated)


def version_of(notice: Notice) -> str:
    """SHA-256 over all that the reader of a notice's letter will see and everybody who will get it, in hex."""
    return whole(parts_of(notice))


def whole(parts: Mapping[str, str]) -> str:
    """The one SHA-256 of a version's parts."""
    return _digest(parts)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Any]:
    """What changed between two versions, in words. The text is named only where nothing else explains its change."""
    changed = [part for part in PARTS if before.get(part) != after.get(part)]
    if len(changed) > 1 and "text" in changed:
        changed.remove("text")
    return [PARTS[part] for part in changed]


def _joined(changed: list[Any]) -> str:
    return gettext(", ").join(str(name) for name in changed)


in_words = lazy(_joined, str)
"""Differences as one list in a sentence, in whatever language it is read."""


def _digest(content: Any) -> str:
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()
