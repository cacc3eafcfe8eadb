"""Pages of the notices app: one module for each person's task."""
