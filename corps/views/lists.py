"""What a person keeps of a list: which columns, which filters. Each act leads back to the list."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_POST

from corps import workflow
from corps.access.decorators import SignedIn, open_to, safe_goal
from corps.ui.tables import Table, plain_query, tables


@open_to()
@require_POST
def choose_columns(request: SignedIn, key: str) -> HttpResponse:
    """Show only the columns named in `column`; with `all`, every one."""
    table = _table(key)
    hidden = (
        []
        if request.POST.get("all")
        else table.hidden_without(request.POST.getlist("column"))
    )
    workflow.hide_columns(user=request.user, table=key, hidden=hidden)
    return HttpResponseRedirect(safe_goal(request))


@open_to()
@require_POST
def keep_filter(request: SignedIn, key: str) -> HttpResponse:
    """Keep the filter of `query` under `name`, or forget the one named in `forget`."""
    _table(key)
    try:
        if forget := request.POST.get("forget"):
            workflow.forget_filter(user=request.user, table=key, name=forget)
        else:
            query = plain_query(QueryDict(request.POST.get("query", "")))
            workflow.keep_filter(
                user=request.user,
                table=key,
                name=request.POST.get("name", ""),
                query=query,
            )
    except ValidationError as wrong:
        messages.error(request, wrong.messages[0])
    return HttpResponseRedirect(safe_goal(request))


def _table(key: str) -> Table:
    try:
        return tables[key]
    except KeyError:
        raise Http404(key) from None
