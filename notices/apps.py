from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        """Fill the lists of the apps below: the access table, what the outbox asks, what closing a case asks."""
        from notices import (
            acts,
            audit_labels,
            home_needs,
            home_news,
            notifications,
            search_providers,
            target_history,
        )

        _register_links()
        target_history.register()
        home_needs.register()
        home_news.register()
        audit_labels.register()
        search_providers.register()
        notifications.register()
        acts.register()
        _allow_verbs()
        _answer_the_outbox()
        _register_maintenance()
        _answer_cases()
        _answer_stores()


def _allow_verbs() -> None:
    """The lines of the access table that belong to this app."""
    from corps.access.permissions import allow

    corps = ("officer", "supervisor")
    allow("notices.compose", roles=("officer",))
    allow("notices.approve", duties=("head_of_unit", "head_of_department"))
    allow("notices.serve", roles=("officer",))
    allow("notices.answer", roles=("liaison",))
    allow("notices.answer_on_behalf", roles=("officer",))
    allow("notices.check", roles=corps)
    allow("notices.withdraw", roles=corps)
    allow("notices.lodge_objection", roles=corps)
    allow("notices.decide_objection", roles=("supervisor",))
    allow("notices.propose_correction", roles=corps)
    allow("notices.correct_outcome", roles=("supervisor",))


def _answer_the_outbox() -> None:
    """What the outbox asks before it sends a letter, and tells of one that was sent, stopped or failed."""
    from django.utils.translation import gettext_lazy as _

    from corps.mail import compose, outbox
    from corps.workflow import calendar, named_otherwise
    from notices import letters, withdrawal_letters
    from notices.workflow import arrival, handover, sending, sheets

    outbox.sending_checks.append(handover.names_withdrawn)
    outbox.sending_checks.append(sending.stopped_by_neighbours)
    outbox.holding_checks.append(sending.held_by_suspension)
    outbox.stopped_hooks.append(sending.after_stop)
    compose.purposes |= {
        letters.PURPOSE: _("Notices"),
        withdrawal_letters.PURPOSE: _("Letters of withdrawal"),
    }
    outbox.failure_hooks.append(sending.after_failure)
    outbox.failure_hooks.append(sending.after_failed_withdrawal)
    outbox.arrival_hooks.append(arrival.settle_deliveries)
    calendar.move_hooks.append(arrival.follow_calendar)
    named_otherwise.append(sheets.proofs_among)


def _register_maintenance() -> None:
    """What is done at intervals, for whatever nobody called for."""
    from corps import tasks
    from notices import notifications
    from notices.workflow import approving, arrival, sheets, undelivered, verdicts

    tasks.maintenance_tasks += [
        arrival.find_arrivals,
        approving.settle_approvals,
        undelivered.tell_officers_of_failures,
        verdicts.settle_verdicts,
        sheets.put_away_sheets,
        notifications.announce_due,
    ]


def _answer_cases() -> None:
    """What the cases below ask: before closing, leaving, dropping and undoing, and of official accounts."""
    from cases import workflow as casework
    from notices.workflow import closing, drafting, handover, leaving, official

    casework.official_found.append(handover.withdraw_named)
    casework.work_counters.append(official.work_of)
    casework.closing_checks.append(closing.open_work)
    casework.leaving_checks.append(leaving.what_waits)
    casework.leaving_hooks.append(leaving.end_work)
    casework.resuming_hooks.append(leaving.move_deadlines)
    casework.length_checks.append(drafting.nothing_submitted)
    casework.drop_checks.append(drafting.named_in_drafts)
    casework.draft_checks.append(drafting.named_in_drafts)
    casework.undo_checks.append(drafting.named_since)
    casework.import_checks.append(drafting.ever_named)


def _answer_stores() -> None:
    """What the stores below ask of official accounts and platforms."""
    from notices import platform_backlog, store_portrait
    from notices.workflow import handover, official
    from stores import status_providers as below
    from stores import store_pages
    from stores import workflow as storework

    storework.official_hooks.append(handover.withdraw_official)
    storework.official_hooks.append(official.take_back_counted)
    below.touched_counters.append(official.touched_work)
    below.backlog_providers.append(platform_backlog.owed_by)
    below.open_counters.append(platform_backlog.open_at)
    store_pages.portrayers.append(store_portrait.tell_portrait)


def _register_links() -> None:
    """The lines of the sidebar that belong to this app."""
    from django.utils.translation import gettext_lazy as _

    from corps.ui import navigation
    from corps.ui.home import home_views
    from notices.models import Notice
    from notices.states import NoticeState
    from notices.views import approvals, checks, deliveries, objections

    def unanswered(user) -> int:
        return Notice.objects.visible_to(user).awaiting_answers().count()

    def issued(user) -> int:
        return Notice.objects.visible_to(user).filter(state=NoticeState.ISSUED).count()

    corps = ("officer", "supervisor")
    home_views["liaison"] = "notices.views.liaison.list_notices"
    register = navigation.register
    register(
        "desk",
        _("To answer"),
        "notices:desk",
        section="desk",
        order=10,
        roles=("liaison",),
        count=unanswered,
    )
    register(
        "approvals",
        _("Approvals"),
        "notices:approvals",
        section="desk",
        order=15,
        roles=("supervisor",),
        count=approvals.waiting,
    )
    register(
        "notices",
        _("Notices"),
        "notices:list",
        section="casework",
        order=40,
        roles=corps,
        count=issued,
        counted="state=issued",
    )
    register(
        "checks",
        _("Checks"),
        "notices:checks",
        section="casework",
        order=50,
        roles=corps,
        count=checks.waiting,
    )
    register(
        "objections",
        _("Objections"),
        "notices:objections",
        section="casework",
        order=60,
        roles=corps,
        count=objections.waiting,
        counted="state=open",
    )
    register(
        "deliveries",
        _("Deliveries"),
        "notices:deliveries",
        section="casework",
        order=70,
        roles=corps,
        count=deliveries.waiting,
        counted="state=open",
    )
    navigation.register_place(
        "liaison",
        lambda user: user.liaison.platform.label if hasattr(user, "liaison") else "",
    )
