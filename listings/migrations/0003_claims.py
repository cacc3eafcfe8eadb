"""What a row says of the store that a listing is in is a claim, until a person confirms it.

What stood there until now was claimed by rows: the column is renamed, which is quick however many listings there are,
and what is known begins empty. In a demonstration all of it counts as confirmed, as a replay confirms it while reading.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

IN_A_DEMONSTRATION = "EXISTS (SELECT FROM corps_installation WHERE demonstration <> 'none')"
KNOW = f"""
UPDATE listings_listing SET store_id = claimed_store_id
WHERE claimed_store_id IS NOT NULL AND {IN_A_DEMONSTRATION}"""
CONFIRM = f"""
UPDATE listings_belonging SET state = 'confirmed', judged_at = recorded_at, reason = 'carried over'
WHERE {IN_A_DEMONSTRATION}"""
# A listing whose row claimed it to be in what is an official account's store now: its target may stand marked, so
# somebody looks again.
LOOK_AGAIN = """
INSERT INTO listings_belonging (platform_id, listing_id, store_id, state, in_effect)
SELECT listing.platform_id, listing.canonical_id, store.canonical_id, 'unjudged', true
FROM stores_officialaccount account
JOIN stores_store store ON store.platform_id = account.platform_id AND store.canonical_id = account.canonical_id
JOIN listings_listing listing ON listing.claimed_store_id = store.id AND listing.store_id IS NULL
WHERE account.confirmed_at IS NOT NULL AND account.struck_at IS NULL
ON CONFLICT DO NOTHING"""
# What was known replaces what was claimed; of several claims of a listing the confirmed one, or the first, stays.
FORGET = """
UPDATE listings_listing SET claimed_store_id = store_id WHERE store_id IS NOT NULL;
DELETE FROM listings_belonging other WHERE EXISTS (
    SELECT FROM listings_belonging kept
    WHERE (kept.platform_id, kept.listing_id) = (other.platform_id, other.listing_id) AND kept.id <> other.id
        AND (kept.state = 'confirmed', -kept.id) > (other.state = 'confirmed', -other.id))"""


class Migration(migrations.Migration):
    dependencies = [
        ("corps", "0001_initial"),
        ("firms", "0003_retired_brands"),
        ("listings", "0002_references"),
        ("stores", "0004_accounts_by_two_persons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField(model_name="listing", old_name="store", new_name="claimed_store"),
        migrations.AlterField(
            model_name="listing",
            name="claimed_store",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claimed_listings",
                to="stores.store",
            ),
        ),
        migrations.AddField(
            model_name="listing",
            name="store",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="listings",
                to="stores.store",
            ),
        ),
        migrations.CreateModel(
            name='BelongingCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('store_id', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('confirmed', 'Confirmed'), ('declined', 'Declined')], default='proposed', max_length=10)),
                ('reason', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='belonging',
            name='a_listing_is_in_one_store',
        ),
        migrations.AddField(
            model_name='belonging',
            name='complaint',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='belonging',
            name='firm',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='belongings', to='firms.firm'),
        ),
        migrations.AddField(
            model_name='belonging',
            name='in_effect',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='belonging',
            name='judged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='belonging',
            name='judged_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='belonging',
            name='reason',
            field=models.CharField(blank=True, db_default='', max_length=300),
        ),
        migrations.AddField(
            model_name='belonging',
            name='row',
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name='belonging',
            name='state',
            field=models.CharField(choices=[('unjudged', 'To be judged'), ('confirmed', 'Confirmed'), ('refused', 'Not confirmed'), ('corrected', 'Corrected')], default='unjudged', max_length=10),
        ),
        migrations.AddIndex(
            model_name='belonging',
            index=models.Index(fields=['firm', 'state'], name='belonging_firm_state'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('store__isnull', False)), fields=['store'], name='listing_known_store'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='listing',
            trigger=pgtrigger.compiler.Trigger(name='claimed_store_id_is_there_when_new', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE missing text;', func="SELECT named.id::text INTO missing\nFROM (SELECT DISTINCT claimed_store_id AS id FROM fresh WHERE claimed_store_id IS NOT NULL) named\nWHERE NOT EXISTS (SELECT FROM stores_store WHERE stores_store.id = named.id AND true) LIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION '%.claimed_store_id names % that is not in stores_store', TG_TABLE_NAME, missing\n    USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, COLUMN = 'claimed_store_id';\nEND IF;\nRETURN NULL;", hash='ff4b2d4d5c0aa626bc82eb0fa2b87cecd154faa0', level='STATEMENT', operation='INSERT', pgid='pgtrigger_claimed_store_id_is_there_when_new_61b64', referencing='REFERENCING NEW TABLE AS fresh ', table='listings_listing', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='listing',
            trigger=pgtrigger.compiler.Trigger(name='claimed_store_id_is_there_when_changed', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE missing text;', func="SELECT named.id::text INTO missing\nFROM (SELECT DISTINCT claimed_store_id AS id FROM fresh WHERE claimed_store_id IS NOT NULL) named\nWHERE NOT EXISTS (SELECT FROM stores_store WHERE stores_store.id = named.id AND true) LIMIT 1;\nIF FOUND THEN\n    RAISE EXCEPTION '%.claimed_store_id names % that is not in stores_store', TG_TABLE_NAME, missing\n    USING ERRCODE = 'foreign_key_violation', TABLE = TG_TABLE_NAME, COLUMN = 'claimed_store_id';\nEND IF;\nRETURN NULL;", hash='bba8cc1c7d4e0e2f8d8be8f262da6ac33935b843', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_claimed_store_id_is_there_when_changed_94fa4', referencing='REFERENCING NEW TABLE AS fresh ', table='listings_listing', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='belonging',
            constraint=models.UniqueConstraint(fields=('platform', 'listing_id', 'store_id'), name='a_listing_is_claimed_once_in_a_store'),
        ),
        migrations.AddConstraint(
            model_name='belonging',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('platform', 'listing_id'), name='a_listing_is_known_in_one_store'),
        ),
        migrations.AddConstraint(
            model_name='belonging',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'unjudged'), ('judged_at__isnull', False), _connector='OR'), name='a_judged_belonging_says_when'),
        ),
        migrations.AddField(
            model_name='belongingcorrection',
            name='listing',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='listings.listing'),
        ),
        migrations.AddConstraint(
            model_name='belongingcorrection',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('listing',), name='one_open_correction_for_a_listing'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='belongingcorrection',
            trigger=pgtrigger.compiler.Trigger(name='belonging_correction_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'rows of % are kept', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';", hash='aefef522becca164ee30d54cd011c2707a342871', level='STATEMENT', operation='DELETE', pgid='pgtrigger_belonging_correction_is_kept_a5a52', table='listings_belongingcorrection', when='BEFORE')),
        ),
        migrations.RunSQL(KNOW, FORGET),
        migrations.RunSQL(CONFIRM, migrations.RunSQL.noop),
        migrations.RunSQL(LOOK_AGAIN, migrations.RunSQL.noop),
    ]
