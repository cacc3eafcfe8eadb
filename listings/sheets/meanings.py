"""What a column may be read as, in words for people."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import headers

WORDS: dict[str, Any] = {
    "platform": pgettext_lazy("a column", "Platform"),
    "store_name": _("Name of the store"),
    "store_address": _("Address of the store"),
    "listing_address": _("Address of the listing"),
    "title": pgettext_lazy("a column", "Title"),
    "brand": pgettext_lazy("a column", "Brand"),
    "price": pgettext_lazy("a column", "Price"),
    "list_price": pgettext_lazy("a column", "List price"),
    "found_on": _("Day it was found"),
    "violation": _("What the firm alleges"),
    "request": _("What the firm asks for"),
    "remark": _("Remark"),
    headers.SERIAL: _("Running number"),
    headers.ITEM_NUMBER: _("Number of an item"),
    headers.EVIDENCE: _("Evidence"),
    headers.COMPARISON: _("For comparison"),
    headers.OTHER: _("Not read"),
}
