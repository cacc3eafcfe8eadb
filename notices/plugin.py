"""What notices contribute to the apps below. Found by `corps.extensions.load_plugins`."""

from django.utils.translation import gettext_lazy as _

from cases.extensions import (
    awaiting_notice,
    campaign_checks,
    case_panels,
    closing_checks,
    draft_checks,
    drop_checks,
    home_warnings,
    import_checks,
    leaving_checks,
    leaving_hooks,
    news_kinds,
    notice_annotation,
    official_targets_hooks,
    pasted_lookups,
    resuming_hooks,
    target_providers,
    timeline_words,
    undo_checks,
    undoable_acts,
    ways_back,
    work_counters,
)
from corps.access.extensions import access_rules
from corps.audit.extensions import (
    act_families,
    act_labels,
    detail_labels,
    subject_kinds,
)
from corps.mail.extensions import (
    arrival_hooks,
    event_recipients,
    event_sentences,
    failure_hooks,
    holding_checks,
    mail_purposes,
    sending_checks,
    stopped_hooks,
)
from corps.models import User
from corps.search.extensions import numbered_models, search_kinds, word_indexes
from corps.ui.extensions import (
    Link,
    home_pages,
    home_streams,
    person_captions,
    sidebar_links,
    stream_subjects,
)
from corps.workflow.extensions import (
    deadline_hooks,
    file_references,
    maintenance_tasks,
)
from notices import (
    access,
    acts,
    audit_labels,
    home_needs,
    home_news,
    letters,
    notifications,
    platform_backlog,
    search_providers,
    store_portrait,
    target_history,
    withdrawal_letters,
)
from notices.models import Notice, Objection, WithdrawalLetter
from notices.states import NoticeState
from notices.views import approvals, checks, deliveries, objections
from notices.views.liaison import list_notices
from notices.workflow import (
    approving,
    arrival,
    closing,
    drafting,
    handover,
    leaving,
    official,
    pending_checks,
    sending,
    sheets,
    undelivered,
    waiting_targets,
)
from stores.extensions import (
    backlog_providers,
    official_account_hooks,
    open_counters,
    store_portrayers,
    touched_counters,
)


def _unanswered(user: User) -> int:
    return Notice.objects.visible_to(user).awaiting_answers().count()


def _issued(user: User) -> int:
    return Notice.objects.visible_to(user).filter(state=NoticeState.ISSUED).count()


def _platform_of(user: User) -> str:
    """The platform for which a liaison answers."""
    if hasattr(user, "liaison"):
        return user.liaison.platform.label
    return ""


access_rules.contribute_all(access.RULES)

sidebar_links.contribute_all(
    (
        Link(
            "to_answer",
            _("To answer"),
            "notices:desk",
            section="tasks",
            order=10,
            verb="notices.answer",
            count=_unanswered,
        ),
        Link(
            "approvals",
            _("Approvals"),
            "notices:approvals",
            section="tasks",
            order=15,
            verb="notices.view_approvals",
            count=approvals.waiting,
        ),
        Link(
            "notices",
            _("Notices"),
            "notices:list",
            section="casework",
            order=40,
            verb="notices.view_notices",
            count=_issued,
            counted="state=issued",
        ),
        Link(
            "checks",
            _("Checks"),
            "notices:checks",
            section="casework",
            order=50,
            verb="notices.check",
            count=checks.waiting,
        ),
        Link(
            "objections",
            _("Objections"),
            "notices:objections",
            section="casework",
            order=60,
            verb="notices.view_objections",
            count=objections.waiting,
            counted="state=open",
        ),
        Link(
            "deliveries",
            _("Deliveries"),
            "notices:deliveries",
            section="casework",
            order=70,
            verb="notices.view_deliveries",
            count=deliveries.waiting,
            counted="state=open",
        ),
    )
)
person_captions.contribute(User.Scope.PLATFORM, _platform_of)

home_pages.contribute(User.Scope.PLATFORM, list_notices)
home_warnings.contribute(home_needs.held_back)
stream_subjects.contribute_all(home_needs.SUBJECTS)
home_streams.contribute_all(home_needs.PROVIDERS)

search_kinds.contribute_all(search_providers.KINDS)
word_indexes.contribute(search_providers.ANSWER_WORDS)
word_indexes.contribute(search_providers.CHECK_WORDS)
numbered_models.contribute("N", Notice)
numbered_models.contribute("O", Objection)
numbered_models.contribute("W", WithdrawalLetter)

act_families.contribute_all(audit_labels.FAMILIES)
act_labels.contribute_all(audit_labels.ACTS)
detail_labels.contribute_all(audit_labels.DETAILS)
subject_kinds.contribute_all(audit_labels.KINDS)

event_sentences.contribute_all(notifications.SENTENCES)
event_recipients.contribute_all(notifications.RECIPIENTS)
mail_purposes.contribute(letters.PURPOSE, _("Notices"))
mail_purposes.contribute(withdrawal_letters.PURPOSE, _("Letters of withdrawal"))
sending_checks.contribute(handover.names_withdrawn)
sending_checks.contribute(sending.stopped_by_neighbours)
holding_checks.contribute(sending.held_by_suspension)
stopped_hooks.contribute(sending.after_stop)
failure_hooks.contribute(sending.after_failure)
failure_hooks.contribute(sending.after_failed_withdrawal)
arrival_hooks.contribute(arrival.settle_deliveries)
deadline_hooks.contribute(arrival.follow_calendar)
file_references.contribute(sheets.proofs_among)

maintenance_tasks.contribute(arrival.find_arrivals)
maintenance_tasks.contribute(approving.settle_approvals)
maintenance_tasks.contribute(undelivered.tell_officers_of_failures)
maintenance_tasks.contribute(pending_checks.settle_pending_checks)
maintenance_tasks.contribute(sheets.put_away_sheets)
maintenance_tasks.contribute(notifications.announce_due)

timeline_words.contribute_all(audit_labels.VERBS)
news_kinds.contribute_all(home_news.KINDS, order=10)
ways_back.contribute(acts.ways_of_notices)
undoable_acts.contribute(acts.undoable_approvals)
undoable_acts.contribute(acts.undoable_pending_checks)
target_providers.contribute(target_history.NoticesHistory())
notice_annotation.contribute(target_history.bind)
awaiting_notice.contribute(waiting_targets)
case_panels.contribute(target_history.NOTICES)
pasted_lookups.contribute(target_history.last_asked)

closing_checks.contribute(closing.open_work)
leaving_checks.contribute(leaving.what_waits)
leaving_hooks.contribute(leaving.end_work)
resuming_hooks.contribute(leaving.move_deadlines)
campaign_checks.contribute(drafting.nothing_submitted)
drop_checks.contribute(drafting.named_in_drafts)
draft_checks.contribute(drafting.named_in_drafts)
undo_checks.contribute(drafting.named_since)
import_checks.contribute(drafting.ever_named)
official_targets_hooks.contribute(handover.withdraw_named)
work_counters.contribute(official.work_of)

official_account_hooks.contribute(handover.withdraw_official)
official_account_hooks.contribute(official.take_back_counted)
touched_counters.contribute(official.touched_work)
backlog_providers.contribute(platform_backlog.owed_by)
open_counters.contribute(platform_backlog.open_at)
store_portrayers.contribute(store_portrait.tell_portrait)
