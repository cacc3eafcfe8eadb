"""A notice is complete only when nothing in it waits for an answer: those that need information or a platform do wait.

Notices that were completed with such items are open again. Touches completed notices only, in one statement.
"""

from django.db import migrations

OPEN_AGAIN = """
WITH again AS (
    UPDATE notices_notice AS notice SET state = 'issued', completed_at = NULL
    FROM cases_case AS concerned
    WHERE notice.state = 'completed' AND concerned.id = notice.case_id AND EXISTS (
        SELECT 1 FROM notices_noticeitem AS item
        WHERE item.notice_id = notice.id AND item.state IN ('needs_information', 'not_ours')
    )
    RETURNING notice.id, notice.number, concerned.id AS case_id
)
INSERT INTO corps_auditentry (at, role, channel, address, verb, subject_type, subject_id, thread, detail)
SELECT now(), '', 'command', '', 'notice.opened_again', 'notices.notice', id, 'case:' || case_id,
       jsonb_build_object('number', number)
FROM again"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0014_objected_on")]
    operations = [migrations.RunSQL(OPEN_AGAIN, migrations.RunSQL.noop)]
