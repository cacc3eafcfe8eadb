"""The rollup follows the ledger: statement-level triggers add what an INSERT brings, in the same transaction.

The application's role may only read the rollup; the functions write it as their owner. Keys are upserted in sorted
order, so that two writers wait for one another and never deadlock.
"""

from django.db import migrations

COUNTS = """
    coalesce(sum(sign) FILTER (WHERE kind = 'listing_removed'), 0) AS listings_removed,
    coalesce(sum(sign) FILTER (WHERE kind = 'store_shut'), 0) AS stores_shut,
    count(*) FILTER (WHERE kind = 'repeat_removal') AS repeat_removals,
    count(*) FILTER (WHERE kind = 'relisting') AS relistings,
    count(*) FILTER (WHERE sign < 0) AS corrections"""
KEY = "case_id, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, platform_id, firm_id"
COLUMNS = "case_id, day, platform_id, firm_id, listings_removed, stores_shut, repeat_removals, relistings, corrections"
ADD = f"""
    INSERT INTO public.dashboards_rollup AS kept ({COLUMNS})
    SELECT {KEY}, {COUNTS} FROM fresh GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (case_id, day, platform_id, firm_id) DO UPDATE SET
        listings_removed = kept.listings_removed + excluded.listings_removed,
        stores_shut = kept.stores_shut + excluded.stores_shut,
        repeat_removals = kept.repeat_removals + excluded.repeat_removals,
        relistings = kept.relistings + excluded.relistings,
        corrections = kept.corrections + excluded.corrections"""
AS_OWNER = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

# A recurrence has no sign; the two tables are otherwise counted alike.
FOLLOW = f"""
CREATE FUNCTION dashboards_follow_outcomes() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    {ADD};
    RETURN NULL;
END $$;
CREATE FUNCTION dashboards_follow_recurrences() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
BEGIN
    {ADD.replace("FROM fresh", "FROM (SELECT *, 0 AS sign FROM fresh) AS fresh")};
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION dashboards_follow_outcomes(), dashboards_follow_recurrences() FROM PUBLIC;
CREATE TRIGGER rollup_follows AFTER INSERT ON notices_outcome
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION dashboards_follow_outcomes();
CREATE TRIGGER rollup_follows AFTER INSERT ON notices_recurrence
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION dashboards_follow_recurrences()"""

UNFOLLOW = """
DROP TRIGGER rollup_follows ON notices_outcome;
DROP TRIGGER rollup_follows ON notices_recurrence;
DROP FUNCTION dashboards_follow_outcomes(), dashboards_follow_recurrences()"""

# Anybody who may use the database may have the rollup made anew: it only ever becomes what the ledger says.
REBUILD = f"""
CREATE FUNCTION dashboards_rebuild_rollup() RETURNS bigint LANGUAGE plpgsql {AS_OWNER} AS $$
DECLARE
    written bigint;
BEGIN
    LOCK TABLE public.notices_outcome, public.notices_recurrence IN SHARE MODE;
    DELETE FROM public.dashboards_rollup;
    INSERT INTO public.dashboards_rollup ({COLUMNS})
    SELECT {KEY}, {COUNTS}
    FROM (SELECT case_id, at, platform_id, firm_id, kind, sign FROM public.notices_outcome
          UNION ALL SELECT case_id, at, platform_id, firm_id, kind, 0 FROM public.notices_recurrence) AS ledger
    GROUP BY 1, 2, 3, 4;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0001_initial"), ("notices", "0002_ledger_and_official_guards")]

    operations = [
        migrations.RunSQL(FOLLOW, UNFOLLOW),
        # What stands in the ledger already, where this is installed later than the first outcome.
        migrations.RunSQL(f"{REBUILD}; SELECT dashboards_rebuild_rollup()", "DROP FUNCTION dashboards_rebuild_rollup()"),
    ]
