"""Comments of templates stay in them."""

from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"


def test_no_template_shows_the_beginning_of_a_comment():
    """`{#` comments out what its own line holds; a longer comment is `{% comment %}`, but for Jinja's templates."""
    shown = [
        f"{path.relative_to(TEMPLATES)}:{number}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        if "jinja" not in path.parts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if line.count("{#") != line.count("#}")
    ]
    assert shown == []
