"""Pages of cases, one module for each subject."""
