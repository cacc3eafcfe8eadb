"""The rows that count are ledger entries: the model's new name over the same table.

The database keeps the table, its columns, indexes and constraints. Only the triggers are made anew, whose names in
PostgreSQL follow from the model's.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_foreign_key_indexes'),
        ('firms', '0004_foreign_key_indexes'),
        ('notices', '0020_foreign_key_indexes'),
        ('stores', '0007_revoked_accounts'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(model_name='outcome', name='outcome_no_change'),
        pgtrigger.migrations.RemoveTrigger(model_name='outcome', name='outcome_no_truncate'),
        pgtrigger.migrations.RemoveTrigger(model_name='outcome', name='outcome_checked_by_another'),
        migrations.AlterModelTable(name='outcome', table='notices_outcome'),
        migrations.RenameModel(old_name='Outcome', new_name='LedgerEntry'),
        migrations.AlterField(
            model_name='ledgerentry',
            name='account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='stores.officialaccount'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='cases.case'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='check_row',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='notices.check'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='firm',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='firms.firm'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='notices.noticeitem'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='objection',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='notices.objection'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='platform',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='stores.platform'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='target',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='cases.target'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgerentry',
            trigger=pgtrigger.compiler.Trigger(name='outcome_no_change', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';", hash='1e69ad55fa7802b393250f5c34ff1ea4b40b2087', operation='UPDATE OR DELETE', pgid='pgtrigger_outcome_no_change_875df', table='notices_outcome', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgerentry',
            trigger=pgtrigger.compiler.Trigger(name='outcome_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'append-only: % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';", hash='750604944dc30225fdf4b82003ce659afd89cf9d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_outcome_no_truncate_79ea9', table='notices_outcome', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ledgerentry',
            trigger=pgtrigger.compiler.Trigger(name='outcome_checked_by_another', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF EXISTS (\n    SELECT FROM fresh\n    JOIN notices_check checked ON checked.id = fresh.check_row_id\n    JOIN notices_noticeitem item ON item.id = checked.item_id\n    JOIN notices_notice notice ON notice.id = item.notice_id\n    WHERE fresh.cause = 'verification'\n      AND checked.by_id IN (notice.drafted_by_id, notice.issued_by_id, item.answered_by_id)\n) THEN\n    RAISE EXCEPTION 'a ledger entry is checked by nobody who drafted, approved or answered its notice'\n        USING ERRCODE = 'check_violation', CONSTRAINT = 'outcome_checked_by_another';\nEND IF;\nRETURN NULL;", hash='814f10dfecdde6eee727dc24f3f2ec428940e65e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_outcome_checked_by_another_58ae5', referencing='REFERENCING NEW TABLE AS fresh ', table='notices_outcome', when='AFTER')),
        ),
    ]
