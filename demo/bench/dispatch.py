"""Dispatch of 1,000 notices, claim to sent. Floor: smtplib on one kept-open connection with the same bytes."""

import smtplib
import time

from django.conf import settings
from django.db import transaction

from corps.audit.origin import audit_origin
from corps.deadlines.clock import now
from corps.mail import outbox
from corps.models import Delivery
from demo.bench.environment import Environment, owner_line
from demo.bench.mail_sink import Sink
from demo.bench.measuring import Measured, by_turns
from notices import letters
from notices.models import Notice, NoticeItem

NOTICES = 1000
ITEMS = 5
# By the ways of the table: what was sent comes back, and is sent again.
CAME_BACK = (
    "UPDATE corps_delivery SET state = 'failed' WHERE state = 'sent' AND replay = ''"
)
AGAIN = """
UPDATE corps_delivery SET state = 'pending', tries = 0, worker = '', due_at = now(), finished_at = NULL, answer = ''
WHERE replay = ''"""


def measure(environment: Environment) -> list[Measured]:
    """One worker, one connection, every delivery checked and committed as always."""
    _fill(environment)
    with Sink() as sink, owner_line() as line:
        settings.EMAIL_CONFIG = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": sink.port}

        def app(_number: int) -> float:
            line.cursor().execute(CAME_BACK)
            line.cursor().execute(AGAIN)
            line.cursor().execute("VACUUM ANALYZE corps_delivery")
            with audit_origin(channel="task"):
                began = time.perf_counter()
                sent = outbox.send_due()
                took = time.perf_counter() - began
            if sent != NOTICES:
                raise RuntimeError(f"{sent} of {NOTICES} were sent")
            return took

        return [
            by_turns(
                "dispatch of 1,000 notices",
                2.0,
                floor=lambda _number: _floor(sink),
                app=app,
            )
        ]


def _fill(environment: Environment) -> None:
    """A thousand issued notices of five items each with their letters in the outbox: one issued as always, the others
    made after its pattern."""
    Delivery.objects.update(replay="others")
    case = environment.file_case(NOTICES * ITEMS)
    targets = list(case.targets.order_by("pk").values_list("pk", flat=True))
    pattern = environment.issue(case, targets[:ITEMS])
    letter = letters.render(pattern)
    with transaction.atomic():
        for number in range(1, NOTICES):
            notice = Notice.objects.get(pk=pattern.pk)
            notice.pk, notice.number = None, f"N2026-8{number:05}"
            notice.document_number = f"协查〔2026〕8{number:05}号"
            notice.save(force_insert=True)
            NoticeItem.objects.bulk_create(
                NoticeItem(
                    notice=notice,
                    target_id=pk,
                    position=position,
                    ground=case.ground,
                    state="open",
                )
                for position, pk in enumerate(
                    targets[number * ITEMS : number * ITEMS + ITEMS], start=1
                )
            )
            letters.queue(notice, letter, at=now())


def _floor(sink: Sink) -> float:
    contents = [
        bytes(content) for content in Delivery.objects.values_list("content", flat=True)
    ]
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", sink.port, local_hostname="bench") as smtp:
        for content in contents:
            smtp.sendmail(settings.MAIL_FROM, ["liaison@taobao.example"], content)
    return time.perf_counter() - began
