"""The first page of each role. The rooms above name theirs in `AppConfig.ready()`; the ground asks here."""

# Role → dotted path of a view: a function that takes the request.
home_views: dict[str, str] = {
    "administrator": "corps.views.desk.show_desk",
    "auditor": "corps.views.audit.list_entries",
}
