"""What cases contribute to the apps below. Found by `corps.extensions.load_plugins`."""

from django.utils.translation import gettext_lazy as _

from cases import (
    access,
    audit_labels,
    home_needs,
    home_news,
    search_providers,
    store_portrait,
    target_status,
    workflow,
)
from cases.extensions import news_kinds, timeline_words, ways_back
from cases.models import Case, Complaint
from cases.views import casework, claims, complaints
from cases.views.acts import ways_of_cases
from cases.views.home import show_home
from cases.views.imports import review
from cases.views.named import representative
from cases.workflow import deadlines, notifications
from corps.access.extensions import access_rules
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.mail.extensions import event_recipients, event_sentences
from corps.models import User
from corps.search.extensions import numbered_models, search_kinds, word_indexes
from corps.ui.extensions import (
    Link,
    Provider,
    administrator_needs,
    home_pages,
    home_streams,
    person_captions,
    sidebar_links,
    stream_subjects,
)
from corps.ui.home import waiting_for
from corps.workflow.extensions import maintenance_tasks
from listings.extensions import sheet_links
from stores.extensions import (
    freed_counters,
    official_account_hooks,
    protected_counters,
    revocation_hooks,
    status_providers,
    store_portrayers,
    touched_counters,
)


def _firm_of(user: User) -> str:
    """The firm for which a representative speaks."""
    if hasattr(user, "representative"):
        return user.representative.firm.short_label
    return ""


access_rules.contribute_all(access.RULES)

sidebar_links.contribute_all(
    (
        Link(
            "home",
            _("My work"),
            "home",
            section="tasks",
            order=5,
            verb="cases.view_stream",
            count=waiting_for,
        ),
        Link(
            "complaints",
            _("Complaints, imports"),
            "cases:complaints",
            section="casework",
            order=10,
            verb="cases.view_complaints",
            count=complaints.waiting,
            counted="state=open",
        ),
        Link(
            "named",
            _("What you named"),
            "cases:named",
            section="casework",
            order=15,
            verb="cases.view_named",
        ),
        Link(
            "cases",
            _("Cases"),
            "cases:list",
            section="casework",
            order=20,
            verb="cases.view_cases",
            count=casework.under_way,
            counted="state=open",
        ),
        Link(
            "campaigns",
            _("Campaigns"),
            "cases:campaigns",
            section="registers",
            order=5,
            verb="cases.view_campaigns",
        ),
        Link(
            "grounds",
            _("Legal grounds"),
            "cases:grounds",
            section="registers",
            order=25,
            verb="cases.view_grounds",
        ),
        Link(
            "claims",
            _("Claims of belonging"),
            "cases:claims",
            section="registers",
            order=55,
            verb="cases.judge_claims",
            count=claims.waiting,
        ),
    )
)
person_captions.contribute(User.Scope.FIRM, _firm_of)

home_pages.contribute(User.Scope.CASES, show_home)
home_pages.contribute(User.Scope.FIRM, representative)
stream_subjects.contribute_all(home_needs.SUBJECTS)
stream_subjects.contribute(claims.CLAIMS[0], claims.claims_subject)
home_streams.contribute_all(home_needs.PROVIDERS)
home_streams.contribute(
    Provider(home_needs.HANDLES, claims.to_judge, claims.claims_keys)
)
administrator_needs.contribute(claims.without_effect)

search_kinds.contribute_all(search_providers.KINDS)
word_indexes.contribute(search_providers.ROW_WORDS)
numbered_models.contribute("C", Case)
numbered_models.contribute("T", Complaint)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)

event_sentences.contribute_all(notifications.SENTENCES)
event_recipients.contribute_all(notifications.RECIPIENTS)
maintenance_tasks.contribute(workflow.enqueue_unfinished)
maintenance_tasks.contribute(workflow.carry_over_ended)
maintenance_tasks.contribute(deadlines.announce_handling)

timeline_words.contribute_all(audit_labels.VERBS)
# Below the news of notices.
news_kinds.contribute_all(home_news.KINDS, order=20)
ways_back.contribute(ways_of_cases)
sheet_links.contribute(review.named)

official_account_hooks.contribute(workflow.mark_account)
revocation_hooks.contribute(workflow.release_account)
protected_counters.contribute(workflow.kept_by)
freed_counters.contribute(workflow.freed_by)
touched_counters.contribute(workflow.touched_targets)
status_providers.contribute(target_status.tell)
store_portrayers.contribute(store_portrait.tell_portrait)
