"""What `corps.database` asks of the apps: which of their tables the application may only read."""

from corps.extensions import ExtensionPoint

read_only_tables = ExtensionPoint[str](
    "corps.database.read_only_tables",
    "A table that only triggers and the owner write.",
)
