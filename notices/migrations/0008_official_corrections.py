"""Outcomes that an official account takes back; nothing new is named while an account waits for its second person."""

import django.db.models.deletion
from django.db import migrations, models

# As in 0004, for accounts that are proposed as well, and for what is marked. The lock is stores.official_account_lock.OFFICIAL_LOCK.
REFUSE = """
CREATE OR REPLACE FUNCTION notices_refuse_official(targets bigint[]) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    official text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'6F6666'::bigint);
    SELECT concat_ws(' ', 'target', target.id, 'account', account.id) INTO official
    FROM public.cases_target target
    LEFT JOIN public.stores_store own ON own.id = target.store_id
    LEFT JOIN public.listings_listing listing ON listing.id = target.listing_id
    LEFT JOIN public.stores_store around ON around.id = listing.store_id
    LEFT JOIN public.listings_belonging known
        ON known.platform_id = listing.platform_id AND known.listing_id = listing.canonical_id
    LEFT JOIN public.stores_officialaccount account
        ON account.platform_id = target.platform_id
        AND account.canonical_id IN (own.canonical_id, around.canonical_id, known.store_id)
        AND account.struck_at IS NULL{declined}
    WHERE target.id = ANY(targets) AND {refused}
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an official account is never named in a notice: %', official
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_item_names_an_official_account',
                  TABLE = 'notices_noticeitem';
    END IF;
END $$"""
NOW = REFUSE.replace("{declined}", " AND account.declined_at IS NULL").replace(
    "{refused}", "(account.id IS NOT NULL OR target.is_official)"
)
BEFORE = REFUSE.replace("{declined}", "").replace("{refused}", "account.id IS NOT NULL")


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_kept_grounds'),
        ('firms', '0003_retired_brands'),
        ('notices', '0007_put_forward'),
        ('stores', '0004_accounts_by_two_persons'),
    ]

    operations = [
        migrations.RunSQL(NOW, BEFORE),
        migrations.AddField(
            model_name='outcome',
            name='account',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='stores.officialaccount'),
        ),
        migrations.AlterField(
            model_name='outcome',
            name='cause',
            field=models.CharField(choices=[('verification', 'Verification'), ('objection', 'Objection upheld'), ('correction', 'Correction'), ('merge', 'Merge'), ('official', 'Official account registered')], max_length=12),
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'official'), _negated=True), models.Q(('account__isnull', False), ('sign', -1)), _connector='OR'), name='outcome_taken_back_for_an_account'),
        ),
    ]
