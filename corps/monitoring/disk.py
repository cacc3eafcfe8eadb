"""How much space is left where stored files lie: for /statusz and for the administrator's first page."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.utils.translation import gettext as _

from corps.access.limits import limit
from corps.monitoring.extensions import Status
from corps.ui.extensions import Need

MEGABYTE = 2**20


def free_bytes() -> int | None:
    """Bytes that can still be written to the disk of stored files; None where they lie on no disk of this machine."""
    storage = storages["default"]
    if not isinstance(storage, FileSystemStorage):
        return None
    place = Path(storage.location)
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def free_disk() -> Status:
    """Megabytes that are free; an alarm below the least that `limits.tsv` asks for."""
    free = free_bytes()
    if free is None:
        return Status("not on a disk")
    return Status(
        {"free_megabytes": free // MEGABYTE}, free >= limit("disk.free_least").most
    )


def disk_need(_administrator: Any) -> Iterator[Need]:
    """A line for the administrator when there is too little space; no statement."""
    free = free_bytes()
    if free is None or free >= limit("disk.free_least").most:
        return
    text = _(
        "The disk of stored files has %(free)d MB left: soon nothing more can be submitted"
    ) % {"free": free // MEGABYTE}
    yield Need(
        "red",
        _("disk full"),
        text,
        settings.DATA_DIR,
        "/statusz",
        _("How everything stands"),
    )
