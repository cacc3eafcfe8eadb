"""Who has business on the pages and in the API of the dashboards room."""

from tests.routes import CORPS

ROUTES = {"dashboards:": CORPS, "api_statistics": CORPS}
