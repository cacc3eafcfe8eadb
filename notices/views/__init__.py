"""Pages of the notices room: one module for each desk."""
