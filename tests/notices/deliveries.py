"""The states of all deliveries, and waiting until they are settled."""

import time
from collections.abc import Callable

from django.utils import timezone

from corps import tasks
from corps.models import Delivery
from tests.sink import Sink

State = Delivery.State


def until(holds: Callable[[], object], seconds: float = 40) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"it did not come to hold: {states()}"
        time.sleep(0.05)


def states() -> dict[str, int]:
    found = list(Delivery.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in sorted(set(found))}


def settled() -> bool:
    return not Delivery.objects.filter(
        state__in=(State.PENDING, State.SENDING)
    ).exists()


def sweep_until_settled() -> None:
    """What the sweep does every few seconds, as often as it takes; what is put off is due at once."""

    def swept() -> bool:
        Delivery.objects.filter(state=State.PENDING, worker="").update(
            due_at=timezone.now()
        )
        tasks.sweep()
        return settled()

    until(swept)


def arrived_as_stored(sink: Sink) -> bool:
    """Whether every message that came is one of ours, came once, and is to the byte what was stored."""
    stored = {d.mail_id: bytes(d.content) for d in Delivery.objects.all()}
    return set(sink.counts().values()) <= {1} and all(
        kept.content == stored[kept.message_id] for kept in sink.kept
    )
