"""A bulk answer of 5,000 items. Floor: one UPDATE of the same rows with its audit INSERT."""

import time

from corps.audit.origin import audit_origin
from demo.bench.environment import Environment, owner_line
from demo.bench.measuring import Measured, by_turns
from notices import workflow

ITEMS = 5000
FLOOR = """
WITH said AS (
    UPDATE notices_noticeitem
    SET state = 'claimed', outcome = 'removed', answered_by_id = %(actor)s, answered_at = now()
    WHERE id = ANY(%(items)s) AND state = 'open' RETURNING id
)
INSERT INTO corps_auditentry (at, actor_id, role, channel, address, verb, subject_type, subject_id, thread, detail)
SELECT now(), %(actor)s, 'liaison', 'page', '', 'item.answered', 'notices.noticeitem', id, %(thread)s,
       '{"outcome": "removed"}' FROM said"""
AGAIN = (
    """UPDATE notices_noticeitem SET state = 'open', outcome = '', answered_by_id = NULL, answered_at = NULL,
       answer_late = NULL, check_deadline_id = NULL WHERE notice_id = %s""",
    """UPDATE cases_target SET state = 'noticed', claim = '', claim_at = NULL, claim_remark = ''
       WHERE id IN (SELECT target_id FROM notices_noticeitem WHERE notice_id = %s)""",
    "UPDATE notices_notice SET state = 'issued', completed_at = NULL WHERE id = %s",
)


def measure(environment: Environment) -> list[Measured]:
    """Each round the same items, open again and without dead rows."""
    notice = environment.issue(environment.file_case(ITEMS))
    items = list(notice.items.order_by("position").values_list("pk", flat=True))
    liaison = environment.cast.liaisons["taobao"]
    said = {"items": items, "actor": liaison.pk, "thread": notice.case.thread}

    with owner_line() as line, line.cursor() as cursor:

        def open_again() -> None:
            for statement in AGAIN:
                cursor.execute(statement, [notice.pk])
            for table in (
                "notices_noticeitem",
                "cases_target",
                "corps_auditentry",
                "notices_answer",
            ):
                cursor.execute(f"VACUUM ANALYZE {table}")

        def floor(_number: int) -> float:
            open_again()
            began = time.perf_counter()
            cursor.execute(FLOOR, said)
            return time.perf_counter() - began

        def app(_number: int) -> float:
            open_again()
            replies = [workflow.Reply(pk, "removed", item=pk) for pk in items]
            with audit_origin(channel="page"):
                began = time.perf_counter()
                results = workflow.answer_items(
                    notice=notice, replies=replies, actor=liaison
                )
                took = time.perf_counter() - began
            if not all(result.ok for result in results):
                raise RuntimeError("not every answer was taken")
            return took

        return [by_turns("bulk answer of 5,000 items", 2.5, floor=floor, app=app)]
