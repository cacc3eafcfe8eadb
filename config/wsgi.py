"""What the web server serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# The web server asks this before it reads a body; it needs settings, hence the place.
from corps.request_bodies import body_limit  # noqa: E402

__all__ = ["application", "body_limit"]
