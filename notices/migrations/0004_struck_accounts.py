"""A struck official account keeps nothing out of a notice any more."""

from django.db import migrations

# As in 0002, save for the accounts that were struck. The lock is stores.official_account_lock.OFFICIAL_LOCK.
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
    JOIN public.stores_officialaccount account
        ON account.platform_id = target.platform_id
        AND account.canonical_id IN (own.canonical_id, around.canonical_id, known.store_id)
        {protecting}
    WHERE target.id = ANY(targets)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an official account is never named in a notice: %', official
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_item_names_an_official_account',
                  TABLE = 'notices_noticeitem';
    END IF;
END $$"""


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0003_references"),
        ("stores", "0003_struck_accounts"),
    ]

    operations = [
        migrations.RunSQL(
            REFUSE.replace("{protecting}", "AND account.struck_at IS NULL"), REFUSE.replace("{protecting}", "")
        ),
    ]
