"""What `corps.mail` asks of the apps: whether a mail may leave, what follows, and who is told of what."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from corps.extensions import Cardinality, ExtensionPoint, KeyedExtensionPoint
from corps.models import Delivery, User

sending_checks = ExtensionPoint[Callable[[Sequence[Delivery]], Mapping[int, str]]](
    "corps.mail.sending_checks",
    "Asked just before deliveries are sent: why one must not go at all, by its id. What"
    " changes later is the changer's to stop, with `workflow.cancel_unsent`.",
    Cardinality.AT_LEAST_ONE,
)
holding_checks = ExtensionPoint[Callable[[Sequence[Delivery]], Mapping[int, str]]](
    "corps.mail.holding_checks",
    "Asked just before deliveries are sent: why one must not go yet, by its id. It is put"
    " off, to be asked about again.",
    Cardinality.AT_LEAST_ONE,
)
stopped_hooks = ExtensionPoint[Callable[[Delivery, str], Any]](
    "corps.mail.stopped_hooks",
    "Told of a delivery that was stopped, and why, in the same transaction.",
)
failure_hooks = ExtensionPoint[Callable[[Delivery], Any]](
    "corps.mail.failure_hooks",
    "Told of a delivery that failed for good, in the same transaction.",
)
arrival_hooks = ExtensionPoint[Callable[[Sequence[int]], Any]](
    "corps.mail.arrival_hooks",
    "Told of deliveries that a server took, or that turned out to be sent or not: in the"
    " transaction of the person's decision, and of a worker's own only after its commits,"
    " which nothing may hold up; what is lost there, maintenance finds.",
)
mail_purposes = KeyedExtensionPoint[str, Any](
    "corps.mail.mail_purposes",
    "What a kind of mail is called, by its purpose.",
    Cardinality.AT_LEAST_ONE,
)
event_recipients = KeyedExtensionPoint[str, Callable[[Any], Iterable[User]]](
    "corps.mail.event_recipients",
    "The people whom a phrase in the column `who` of events.tsv names, given what the"
    " event is about.",
    Cardinality.AT_LEAST_ONE,
)
event_sentences = KeyedExtensionPoint[str | tuple[str, str], Any](
    "corps.mail.event_sentences",
    "The sentence of an event, by its code, lazily translated, with %(name)s for each fact"
    " and %(count)d for how many; where the people of one phrase are told in other words:"
    " by (code, phrase).",
    Cardinality.AT_LEAST_ONE,
)
