"""The search over everything: what was found by kind, the list of one kind, and suggestions while somebody types."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from corps.access.decorators import SignedIn, asked_while_typing, open_to
from corps.access.parameters import SEARCH, Parameter, number, reads
from corps.models import User
from corps.search import (
    FAULTS,
    Kind,
    Query,
    Section,
    describe,
    kinds_of,
    overview,
    page_of_kind,
    what_was_meant,
)

# How many of each kind, and of all, are suggested.
SUGGESTED_OF_A_KIND = 3
MOST_SUGGESTED = 9


def _kind_of(request: SignedIn) -> Kind:
    """The kind that the address names, which is one of the person's."""
    key = request.GET["kind"]
    return next(kind for kind in kinds_of(request.user) if kind.key == key)


def _keys_of_kinds(user: User) -> list[str]:
    return [kind.key for kind in kinds_of(user)]


@open_to()
@reads(SEARCH, Parameter("kind", _keys_of_kinds), number("before"))
@require_GET
def search(request: SignedIn) -> HttpResponse:
    """What is found for `q`, by kind with how many of each; of one `kind` all, in pages that `before` continues.

    The one thing that was meant opens at once.
    """
    query = Query.read(request.GET.get("q", ""))
    if request.GET.get("kind"):
        return _one_kind(request, query)
    sections = overview(request.user, query)
    if meant := what_was_meant(sections):
        return redirect(meant.url)
    return render(request, "corps/search.html", _context(query, sections))


def _one_kind(request: SignedIn, query: Query) -> HttpResponse:
    if query.fault:
        return render(request, "corps/search.html", _context(query, []))
    kind = _kind_of(request)
    key = int(request.GET["before"]) if request.GET.get("before") else None
    section = page_of_kind(request.user, query, kind, key)
    context = _context(query, [section]) | {
        "section": section,
        "is_first": key is None,
        "all_kinds": _address(query),
        "first": _address(query, kind),
        "next": _address(query, kind, section.next) if section.next is not None else "",
    }
    return render(request, "corps/search_kind.html", context)


@open_to()
@asked_while_typing
@reads(SEARCH)
@require_GET
def suggest(request: SignedIn) -> HttpResponse:
    """The first of what is found for `q`, as a list for the field that it was typed into."""
    query = Query.read(request.GET.get("q", ""))
    sections = overview(request.user, query, shown=SUGGESTED_OF_A_KIND)
    hits = [(section.kind, hit) for section in sections for hit in section.hits]
    exact = [pair for pair in hits if pair[1].is_exact]
    first = [*exact, *(pair for pair in hits if not pair[1].is_exact)]
    context = _context(query, sections) | {"hits": first[:MOST_SUGGESTED]}
    return render(request, "corps/_search_suggestions.html", context)


def _context(query: Query, sections: list[Section]) -> dict[str, Any]:
    return {
        "query": query,
        "fault": FAULTS.get(query.fault, ""),
        "described": describe(query) if not query.fault or query.is_address else None,
        "sections": [(section, _address(query, section.kind)) for section in sections],
        "everything": _address(query),
    }


def _address(query: Query, kind: Kind | None = None, before: int | None = None) -> str:
    """The address of the results of a query: all, of one kind, or of the page of it that goes on below a key."""
    asked: dict[str, Any] = {"q": query.text}
    if kind is not None:
        asked["kind"] = kind.key
    if before is not None:
        asked["before"] = before
    return f"{reverse('search')}?{urlencode(asked)}"
