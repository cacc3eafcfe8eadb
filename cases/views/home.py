"""The home page of officers and supervisors: what do I do now, and what happened since I was here?"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases import acts
from cases.extensions import home_asides, home_warnings
from cases.home_news import news_since
from cases.views.acts import undoable_by
from corps.access.decorators import SignedIn, open_to
from corps.access.parameters import Parameter, reads
from corps.access.permissions import may
from corps.deadlines.clock import now
from corps.ui.home import since_for, stream_for
from corps.ui.stream import GROUP_KEYS

# The group of a stream that is shown alone.
GROUP = Parameter("group", GROUP_KEYS)


@open_to("cases.view_cases")
@reads(GROUP)
@require_safe
def show_home(request: SignedIn) -> HttpResponse:
    """What is to be done, most urgent first, each case once; with `group` one group in full."""
    user, since = request.user, since_for(request.user)
    context: dict[str, Any] = {
        "stream": stream_for(user, request.GET.get("group", "")),
        "since": since,
        "news": news_since(user, since),
        "warnings": [warning for tell in home_warnings for warning in tell(user)],
        "asides": [one.aside(user) for one in home_asides if may(user, one.verb)],
        "now": now(),
        "acted": acts.of_today(user).count(),
        "undoable": len(undoable_by(user)) + len(acts.undoable_now(user)),
        "sees_approvals": may(user, "notices.view_approvals"),
    }
    return render(request, "cases/home.html", context)
