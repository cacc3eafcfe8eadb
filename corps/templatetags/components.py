"""Tags and filters of the components, built into every template. docs/interface.md shows each in use."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    Form,
    RadioSelect,
    Select,
    Widget,
)
from django.template.base import Node, NodeList, Parser, TextNode, Token
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from corps.deadlines.calendar import Calendar
from corps.results import Result, tally
from corps.ui import formats
from corps.ui.charts import bars_of, tally_of
from corps.ui.deadline_marks import chip, current_calendar
from corps.ui.extensions import Aside
from corps.ui.lists import Condition
from corps.ui.status_colours import kind_of
from corps.ui.tables import SELECT, Column, ShownTable

register = template.Library()

_LINE_BREAK = re.compile(r"\s*\n\s*")

for _name in ("thousands", "signed", "day", "full_day", "moment", "full_moment", "clock_time", "near_time",
              "near_moment", "shortened", "short_id"):  # fmt: skip
    register.filter(_name, getattr(formats, _name))
register.filter("kind", kind_of)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key that stands in a variable; None without it."""
    return mapping.get(key)


@register.filter
def without_field(conditions: Iterable[Condition], fields: str) -> list[Condition]:
    """Conditions for which this HTML has no field: a form that filters further carries them along."""
    return [
        condition
        for condition in conditions or ()
        if f'name="{condition.name}"' not in fields
    ]


@register.filter
def without_scheme(url: str) -> str:
    """An address as people read it: `item.taobao.com/item.htm?id=1`."""
    return url.split("://", 1)[-1]


@register.filter
def heat(value: int, most: int) -> str:
    """The class of a heat cell, h0 … h5, by its share of the largest one."""
    share = (value or 0) / most if most else 0
    return f"h{sum(share >= step for step in (0.06, 0.14, 0.22, 0.4, 0.7))}"


@register.simple_tag
def percent(part: int, whole: int) -> str:
    """{% percent 312 400 %} → 78%"""
    return formats.percent(part, whole)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A picture of the sprite; without a label it is hidden from screen readers."""
    return format_html(
        '<svg class="icon"{}><use href="{}#{}"></use></svg>',
        format_html(' role="img" aria-label="{}"', label)
        if label
        else SafeString(' aria-hidden="true"'),
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def render_aside(context: Context, aside: Aside) -> SafeString:
    """A part at the side of a home page, by its own template."""
    return mark_safe(
        render_to_string(aside.template, aside.context, request=context.get("request"))
    )


@register.simple_tag
def status_mark(state: str, label: Any) -> SafeString:
    """Mark and word of a state in a table. state: a state word or a kind's name."""
    return format_html('<span class="st k-{}">{}</span>', kind_of(state), label)


@register.simple_tag
def badge(state: str, label: Any) -> SafeString:
    """A tinted badge, for page heads and deadlines."""
    return format_html('<span class="bd k-{}">{}</span>', kind_of(state), label)


@register.simple_tag(takes_context=True)
def deadline_chip(
    context: Context,
    due: date | None,
    left: int | None = None,
    calendar_days: bool = False,
    provisional: bool = False,
    with_day: bool = True,
) -> SafeString:
    """`剩 3 个工作日・11-09`: red when late, amber from two days before. left: working days, if already counted."""
    calendar = None
    if due is not None and left is None and not calendar_days:
        calendar = _calendar_of(context)
    found = chip(
        due,
        calendar=calendar,
        left=left,
        calendar_days=calendar_days,
        provisional=provisional,
        with_day=with_day,
    )
    look = f"{found.kind} provisional" if found.provisional else found.kind
    return format_html(
        '<span class="bd k-{}">{}</span>',
        look,
        _unbroken(found.text, formats.day(due) if due else ""),
    )


def _calendar_of(context: Context) -> Calendar:
    """The calendar, read once for a page with all that it includes: a list of deadlines asks for each of its rows."""
    request = context.get("request")
    if request is None:
        return current_calendar()
    if not hasattr(request, "current_calendar"):
        request.current_calendar = current_calendar()
    return request.current_calendar


def _unbroken(text: str, date_in_it: str) -> SafeString:
    """The text, whose date does not break at its hyphen on a narrow screen."""
    before, found, after = text.partition(date_in_it) if date_in_it else (text, "", "")
    return (
        format_html('{}<span class="nowrap">{}</span>{}', before, found, after)
        if found
        else format_html("{}", text)
    )


@register.simple_block_tag(end_name="endcapture")
def capture(content: str) -> str:
    """{% capture as crumbs %}…{% endcapture %}: a part of a page to hand to an include; blanks at its ends go."""
    # Rendered, and escaped, by the page.
    return mark_safe(content.strip())


@register.tag
def joined(parser: Parser, token: Token) -> "JoinedNode":
    """{% joined %}…{% endjoined %}: line breaks of the template go with the indents around them, as in JSX.

    For what must touch on the page and is too long for a line of the template. What is rendered in it stays as it is.
    """
    nodes = parser.parse(("endjoined",))
    parser.delete_first_token()
    for node in nodes.get_nodes_by_type(TextNode):
        if isinstance(node, TextNode):
            node.s = _LINE_BREAK.sub("", node.s)
    return JoinedNode(nodes)


class JoinedNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        return self.nodelist.render(context)


@register.simple_block_tag(end_name="endpage_head")
def page_head(
    content: str,
    title: Any,
    crumbs: Any = "",
    state: str = "",
    label: Any = "",
    extra: Any = "",
) -> str:
    """Crumbs, title, badge (state word and its label), further badges (extra); between the tags stand the verbs."""
    # The verbs were rendered, and escaped, by the page; only the blanks around them go.
    verbs = mark_safe(content.strip())
    return render_to_string(
        "corps/components/page_head.html",
        {
            "title": title,
            "crumbs": crumbs,
            "state": state,
            "label": label,
            "extra": extra,
            "verbs": verbs,
        },
    )


@register.simple_block_tag(end_name="endsection_head")
def section_head(content: str, title: Any, note: Any = "") -> SafeString:
    """A head with one rule under it; between the tags what stands at its right end."""
    return format_html(
        '<div class="sec"><h2>{}</h2>{}{}</div>',
        title,
        format_html('<span class="s">{}</span>', note) if note else "",
        format_html('<span class="right">{}</span>', mark_safe(content))
        if content.strip()
        else "",
    )


@register.simple_tag
def tally_bar(cells: Iterable[Mapping[str, Any]]) -> SafeString:
    """The 6 px bar in proportion to the cells' `value`, in their order; cells with `whole` (the total) are left out."""
    return format_html(
        '<svg class="tally-bar" viewBox="0 0 1200 6" preserveAspectRatio="none" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<rect class="k-{}" x="{}" width="{}" height="6"></rect>',
            tally_of(cells),
        ),
    )


@register.inclusion_tag("corps/components/bar_chart.html")
def bar_chart(
    points: Sequence[tuple[Any, int, str]], hatched: bool = False, label: Any = ""
) -> dict[str, Any]:
    """Bars of (label, value, address or ""), each with its number on it. hatched: stripes, for stores.

    SVG, so it works on paper and without script; the page gives the same numbers as a table beside it.
    """
    bars, zero = bars_of(points)
    return {"bars": bars, "zero": zero, "hatched": hatched, "label": label}


@register.inclusion_tag("corps/components/field.html")
def field(
    bound: BoundField, label: Any = "", help: Any = "", hide_label: bool = False
) -> dict[str, Any]:
    """A form's field: label above, help below, error beside it."""
    widget = bound.field.widget
    many = isinstance(widget, CheckboxSelectMultiple | RadioSelect)
    if widget.attrs.get("placeholder") in (bound.label, label):
        del widget.attrs["placeholder"]
    attrs = _control_attrs(bound)
    if "autofocus" not in attrs and bound.form.errors:
        widget.attrs.pop("autofocus", None)
    control = ""
    if many:
        for index, option in enumerate(bound.subwidgets):
            option.data["attrs"] |= attrs
            if index > 0:
                option.data["attrs"]["autofocus"] = False
    else:
        control = bound.as_widget(attrs=attrs)
    return {
        "field": bound,
        "control": control,
        "label": label or bound.label,
        "help": help or bound.help_text,
        "many": many,
        "single": isinstance(widget, CheckboxInput),
        "hide_label": hide_label,
    }


def _control_attrs(bound: BoundField) -> dict[str, str | bool]:
    """The class of a field's control, what says that it is wrong, and the focus where it is the first wrong one."""
    widget = bound.field.widget
    css = f"{_bootstrap_class(widget)} {widget.attrs.get('class', '')}"
    attrs: dict[str, str | bool] = {"class": css.strip()}
    if bound.errors:
        described = f"{bound.aria_describedby or ''} {bound.auto_id}_error"
        attrs["aria-invalid"] = "true"
        attrs["aria-describedby"] = described.strip()
    if bound.name == _first_wrong(bound.form):
        attrs["autofocus"] = True
    return attrs


def _bootstrap_class(widget: Widget) -> str:
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect | CheckboxInput):
        return "form-check-input"
    if isinstance(widget, Select):
        return "form-select"
    return "form-control"


def _first_wrong(form: BaseForm) -> str:
    """The name of the topmost field with an error, where the person goes on; "" if what is wrong belongs to none."""
    return next(
        (
            name
            for name in form.fields
            if name in form.errors and not form[name].is_hidden
        ),
        "",
    )


@register.inclusion_tag("corps/components/form_fields.html")
def form_fields(form: Form, *more: Form | None) -> dict[str, Any]:
    """One summary of errors and every field of the forms, in order. CSRF token and buttons are the page's."""
    return {"forms": [form, *filter(None, more)]} | form_errors(form, *more)


@register.inclusion_tag("corps/components/problems.html")
def form_errors(form: Form, *more: Form | None) -> dict[str, Any]:
    """The summary on top of a form, or of several that are sent together: each error a link to its field."""
    forms: list[Form] = [form, *filter(None, more)]
    return {
        "general": [error for one in forms for error in one.non_field_errors()],
        "errors": [
            (one[name], error)
            for one in forms
            for name, errors in one.errors.items()
            if name in one.fields
            for error in errors
        ],
        "focused": not any(_first_wrong(one) for one in forms),
    }


@register.inclusion_tag("corps/components/bulk_result.html")
def bulk_result(
    results: Sequence[Result],
    names: Mapping[Any, Any] | None = None,
    done_words: Any = "",
    limit: int = 50,
) -> dict[str, Any]:
    """`397 done, 3 not`, and the 3 with their reasons. names: ref → words or (words, address) for those not done; what
    has no name there is never called by its key.

    limit: how many reasons stand open; the others unfold.
    """
    done, failed = tally(results)
    rows = []
    for result in [result for result in results if not result.ok]:
        known = (
            result.ref if isinstance(result.ref, str) else _("One of those selected")
        )
        name = (names or {}).get(result.ref, known)
        text, url = name if isinstance(name, tuple) else (name, "")
        rows.append(
            {"text": text, "url": url, "message": result.message or result.code}
        )
    return {
        "done": done,
        "failed": failed,
        "rows": rows[:limit],
        "folded": rows[limit:],
        "done_words": done_words,
    }


@register.simple_tag
def table_head(table: ShownTable, sort: str = "") -> SafeString:
    """Widths and head of a long list. sort: the order in force, falling with "-" before it."""
    widths = format_html_join(
        "", "<col{}>", ((_class(column.width),) for column in table.columns)
    )
    cells = [
        (_class(column.look), _in_head(table, column, sort)) for column in table.columns
    ]
    heads = format_html_join("", '<th scope="col"{}>{}</th>', cells)
    return format_html(
        "<colgroup>{}</colgroup>\n<thead><tr>{}</tr></thead>", widths, heads
    )


def _class(words: str) -> SafeString:
    return format_html(' class="{}"', words) if words else SafeString("")


def _in_head(table: ShownTable, column: Column, sort: str) -> Any:
    if column.key == SELECT.key:
        hot_key = ""
        if column.hot_key:
            hot_key = format_html(' data-key="{}"', column.hot_key)
        return format_html(
            '<input class="form-check-input" type="checkbox" data-all="1"{} aria-label="{}">',
            hot_key,
            _("Select all on this page"),
        )
    if column.look == "sel":
        return format_html('<span class="visually-hidden">{}</span>', column.label)
    if not table.sorts or column.key not in table.sorts:
        return column.label
    sorted_by = {column.key: "sorted", f"-{column.key}": "sorted down"}.get(sort, "")
    return format_html(
        '<a{} href="{}">{}</a>',
        _class(sorted_by),
        table.sorts[column.key],
        column.label,
    )
