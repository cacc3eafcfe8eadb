"""Indexes that repeat the beginning of another, and their removal in migrations."""

from typing import Any

from django.db.migrations import AlterField
from django.db.models import Index


class DropForeignKeyIndex(AlterField):
    """A foreign key loses its own index, for another index of its table begins with the same column.

    `AlterField` would also make the constraint anew, and read the whole table under a lock. Dropping an index reads
    nothing; backwards the index is made again.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        declared = {index.name for index in model._meta.indexes}
        names = schema_editor._constraint_names(
            model,
            [column],
            index=True,
            unique=False,
            type_=Index.suffix,
            exclude=declared,
        )
        for name in names:
            schema_editor.execute(schema_editor._delete_index_sql(model, name))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        schema_editor.execute(schema_editor._create_index_sql(model, fields=[field]))
