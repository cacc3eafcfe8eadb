"""Pages of the cases room, one module for each subject."""
