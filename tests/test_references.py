"""What a foreign key promises holds for the few references that have none: they are looked at by statement."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.utils import timezone

from cases.models import Complaint, ImportRow, SheetImport, Target
from corps.models import AuditEntry, Deadline, User
from firms.models import Firm
from listings.models import Belonging, Listing
from notices.models import Answer, NoticeItem
from stores.models import Platform, Store
from tests.notices.world import add_targets, answer, issue, make_world

pytestmark = pytest.mark.django_db
REFERENCES = {
    (ImportRow, "sheet_import_id"): SheetImport,
    (ImportRow, "target_id"): Target,
    (Target, "platform_id"): Platform,
    (Target, "firm_id"): Firm,
    (Target, "listing_id"): Listing,
    (Target, "complaint_id"): Complaint,
    (Listing, "platform_id"): Platform,
    (Listing, "store_id"): Store,
    (Listing, "claimed_store_id"): Store,
    (Belonging, "platform_id"): Platform,
    (NoticeItem, "check_deadline_id"): Deadline,
    (Answer, "item_id"): NoticeItem,
    (Answer, "by_id"): User,
    (AuditEntry, "actor_id"): User,
}
MAY_CHANGE = {
    (ImportRow, "target_id"),
    (NoticeItem, "check_deadline_id"),
    (Target, "firm_id"),
    (Target, "listing_id"),
    (Target, "complaint_id"),
    (Listing, "store_id"),
    (Listing, "claimed_store_id"),
}
each = pytest.mark.parametrize(
    ("model", "column"),
    REFERENCES,
    ids=[f"{model.__name__}.{column}" for model, column in REFERENCES],
)


@pytest.fixture
def rows():
    """One row at least of every table that refers or is referred to; by model, what makes a copy of a row unique."""
    world = make_world()
    targets = add_targets(world, 2)
    [notice] = issue(world)
    answer(world, notice)
    complaint = Complaint.objects.create(
        number="T2026-000001",
        firm=world.firm,
        subject="函",
        received_on=timezone.now().date(),
        submitted_at=timezone.now(),
        submitted_by=world.officer,
    )
    sheet_import = SheetImport.objects.create(
        complaint=complaint, at=timezone.now(), started_by=world.officer
    )
    ImportRow.objects.create(
        sheet_import=sheet_import, row=2, cells={}, target=targets[0]
    )
    Belonging.objects.create(platform=world.platform, listing_id="1", store_id="2")
    spare = Listing.objects.create(platform=world.platform, canonical_id="spare")
    [unasked] = add_targets(world, 1)
    return {
        Target: {"listing_id": spare.pk},
        Listing: {"canonical_id": "free"},
        Belonging: {"listing_id": "free"},
        ImportRow: {"row": 3},
        NoticeItem: {"position": 77, "target_id": unasked.pk},
        Answer: {},
        AuditEntry: {},
    }


def test_every_reference_without_a_foreign_key_is_tried_here():
    unchecked = {
        (model, field.attname)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and not field.db_constraint
    }
    assert unchecked == set(REFERENCES)


def nowhere_of(model, column):
    """An id that is not there."""
    return (
        str(uuid4())
        if model._meta.get_field(column).target_field.get_internal_type() == "UUIDField"
        else "999999"
    )


def copy_a_row(model, **changed):
    """Insert a copy of a row with other values, past everything but the database."""
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if not (field.primary_key or field.generated)
    ]
    values = ", ".join("%s" if column in changed else column for column in columns)
    given = [changed[column] for column in columns if column in changed]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} ORDER BY id LIMIT 1",
            given,
        )


@each
def test_a_new_row_names_what_is_there(rows, model, column):
    nowhere = nowhere_of(model, column)
    with (
        pytest.raises(
            IntegrityError, match=rf"{column} names {nowhere} that is not in"
        ),
        transaction.atomic(),
    ):
        copy_a_row(model, **rows[model] | {column: nowhere})


@each
def test_a_row_comes_to_name_only_what_is_there_or_nothing_else_at_all(
    rows, model, column
):
    unmoved = "denied" if model in (Answer, AuditEntry) else "never"
    refusal = "that is not in" if (model, column) in MAY_CHANGE else unmoved
    table, nowhere = model._meta.db_table, nowhere_of(model, column)
    with (
        pytest.raises(DatabaseError, match=refusal),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE {table} SET {column} = %s WHERE id = (SELECT min(id) FROM {table})",
            [nowhere],
        )


@pytest.mark.parametrize(
    "parent", sorted(set(REFERENCES.values()), key=lambda model: model.__name__)
)
def test_what_is_named_is_never_deleted(rows, parent):
    with (
        pytest.raises(IntegrityError, match="are kept"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM {parent._meta.db_table}")
