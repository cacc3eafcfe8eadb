"""Pages of imports: what was understood of a sheet, its rows for a person to look at, registering and undoing it."""
