"""The database backend of the house; Django finds it in `base`."""
