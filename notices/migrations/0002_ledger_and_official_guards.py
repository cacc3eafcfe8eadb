"""What only the database can promise: outcomes follow one another, and no item ever names an official account."""

from django.db import migrations, models

# An outcome's predecessor must stand in the ledger already, whoever writes at the same time. Checked with each
# statement, never put off to the commit.
CHAIN = """
ALTER TABLE notices_outcome ADD CONSTRAINT outcome_follows_the_one_before
    FOREIGN KEY (target_id, previous) REFERENCES notices_outcome (target_id, nth) NOT DEFERRABLE"""
UNCHAIN = "ALTER TABLE notices_outcome DROP CONSTRAINT outcome_follows_the_one_before"

# 0x6F6666 is stores.official_account_lock.OFFICIAL_LOCK: whoever registers an official account holds it alone, so that an item written
# at the same moment is either seen by that act or sees its account.
REFUSE = """
CREATE FUNCTION notices_refuse_official(targets bigint[]) RETURNS void LANGUAGE plpgsql
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
    WHERE target.id = ANY(targets)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'an official account is never named in a notice: %', official
            USING ERRCODE = 'check_violation', CONSTRAINT = 'no_item_names_an_official_account',
                  TABLE = 'notices_noticeitem';
    END IF;
END $$"""

GUARD_NEW = """
CREATE FUNCTION notices_guard_new_items() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.notices_refuse_official(ARRAY(SELECT target_id FROM fresh));
    RETURN NULL;
END $$;
CREATE TRIGGER no_new_item_names_an_official_account AFTER INSERT ON notices_noticeitem
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION notices_guard_new_items()"""

GUARD_OPENED = """
CREATE FUNCTION notices_guard_opened_items() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    opened bigint[] := ARRAY(
        SELECT item.target_id FROM after item JOIN before was USING (id)
        WHERE (item.state = 'open' AND was.state = 'draft') OR item.target_id <> was.target_id);
BEGIN
    IF opened <> '{}' THEN
        PERFORM public.notices_refuse_official(opened);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER no_opened_item_names_an_official_account AFTER UPDATE ON notices_noticeitem
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION notices_guard_opened_items()"""

DROP_NEW = """
DROP TRIGGER no_new_item_names_an_official_account ON notices_noticeitem;
DROP FUNCTION notices_guard_new_items()"""
DROP_OPENED = """
DROP TRIGGER no_opened_item_names_an_official_account ON notices_noticeitem;
DROP FUNCTION notices_guard_opened_items()"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
        ("listings", "0001_initial"),
        ("notices", "0001_initial"),
        ("stores", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="outcome", index=models.Index(fields=["-at", "-id"], name="outcome_newest")
        ),
        migrations.AddIndex(
            model_name="recurrence", index=models.Index(fields=["kind", "-at", "-id"], name="recurrence_newest")
        ),
        migrations.RunSQL(CHAIN, UNCHAIN),
        migrations.RunSQL(REFUSE, "DROP FUNCTION notices_refuse_official(bigint[])"),
        migrations.RunSQL(GUARD_NEW, DROP_NEW),
        migrations.RunSQL(GUARD_OPENED, DROP_OPENED),
    ]
