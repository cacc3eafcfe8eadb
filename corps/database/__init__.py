"""The database backend of the system; Django finds it in `base`."""
