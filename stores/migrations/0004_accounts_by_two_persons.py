"""An official account is proposed by one person and confirmed by another; those that are there count as confirmed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


CONFIRM = "UPDATE stores_officialaccount SET confirmed_at = recorded_at"
# Without the columns every row protects that was not struck: what nobody confirmed must not.
STRIKE_THE_REST = """
UPDATE stores_officialaccount SET struck_at = now(), strike_reason = 'never confirmed', confirmed_at = now(),
    declined_at = NULL
WHERE confirmed_at IS NULL"""


class Migration(migrations.Migration):

    dependencies = [
        ('firms', '0003_retired_brands'),
        ('stores', '0003_struck_accounts'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='officialaccount',
            name='official_account_stays',
        ),
        migrations.RemoveConstraint(
            model_name='officialaccount',
            name='an_official_account_once',
        ),
        migrations.AddField(
            model_name='officialaccount',
            name='confirmed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='officialaccount',
            name='declined_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(CONFIRM, STRIKE_THE_REST),
        pgtrigger.migrations.AddTrigger(
            model_name='officialaccount',
            trigger=pgtrigger.compiler.Trigger(name='official_account_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.struck_at IS NOT NULL OR OLD.declined_at IS NOT NULL OR (OLD.firm_id, OLD.platform_id, OLD.canonical_id) IS DISTINCT FROM (NEW.firm_id, NEW.platform_id, NEW.canonical_id) OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at))', func="RAISE EXCEPTION 'an official account stays what it is, and once struck or declined as it is' USING ERRCODE = 'restrict_violation';", hash='3b1215db88e0078a490d894e65350f687c80e3bc', operation='UPDATE', pgid='pgtrigger_official_account_stays_6951f', table='stores_officialaccount', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='officialaccount',
            constraint=models.UniqueConstraint(condition=models.Q(('declined_at__isnull', True), ('struck_at__isnull', True)), fields=('platform', 'canonical_id'), name='an_official_account_once'),
        ),
        migrations.AddConstraint(
            model_name='officialaccount',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), ('declined_at__isnull', True), _connector='OR'), name='an_account_is_confirmed_or_declined'),
        ),
        migrations.AddConstraint(
            model_name='officialaccount',
            constraint=models.CheckConstraint(condition=models.Q(('struck_at__isnull', True), ('confirmed_at__isnull', False), _connector='OR'), name='an_account_is_confirmed_before_it_is_struck'),
        ),
    ]
