from django.apps import AppConfig

from corps.access.permissions import allow

CASEWORKERS = ("officer", "supervisor")
CASEWORKERS_AND_FIRMS = (*CASEWORKERS, "representative")
# The roles that may do each of these verbs.
VERBS_OF_ROLES = (
    (("supervisor", "administrator"), ("open_campaign",)),
    (("administrator",), ("keep_grounds",)),
    (("supervisor",), ("reopen_case", "confirm_belonging")),
    (
        CASEWORKERS_AND_FIRMS,
        (
            "submit_complaint",
            "hand_in_sheet",
            "withdraw_complaint",
            "correct_complaint",
            "register_import",
            "settle_rows",
            "correct_reading",
        ),
    ),
    (
        CASEWORKERS,
        (
            "accept_complaint",
            "refuse_complaint",
            "refuse_rows",
            "open_case",
            "assign_officers",
            "add_note",
            "give_ground",
            "retitle_case",
            "ground_targets",
            "add_targets",
            "drop_targets",
            "move_complaint",
            "undo_act",
            "undo_import",
            "judge_claims",
            "propose_belonging",
            "conclude_case",
            "close_case",
        ),
    ),
)
VERBS_OF_HEADS_OF_DEPARTMENT = ("file_case", "suspend_case", "leave_case")


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        """State the app's verbs in the access table, and fill the lists of the apps below."""
        _state_verbs()
        _fill_lists()


def _state_verbs() -> None:
    """State in the access table who may do which verb of this app."""
    for roles, verbs in VERBS_OF_ROLES:
        for verb in verbs:
            allow(f"cases.{verb}", roles=roles)
    for verb in VERBS_OF_HEADS_OF_DEPARTMENT:
        allow(f"cases.{verb}", duties=["head_of_department"])


def _fill_lists() -> None:
    """Add what this app contributes to the lists that the apps below keep."""
    from cases import audit_labels, search_providers, workflow
    from cases.navigation import register_links
    from cases.store_portrait import tell_portrait
    from cases.target_status import tell
    from cases.workflow import deadlines, notifications
    from corps import tasks
    from stores import status_providers, store_pages
    from stores import workflow as storework

    audit_labels.register()
    notifications.register()
    tasks.maintenance_tasks.append(workflow.enqueue_unfinished)
    tasks.maintenance_tasks.append(workflow.carry_over_ended)
    tasks.maintenance_tasks.append(deadlines.announce_handling)
    storework.official_hooks.append(workflow.mark_account)
    storework.revocation_hooks.append(workflow.release_account)
    status_providers.protected_counters.append(workflow.kept_by)
    status_providers.freed_counters.append(workflow.freed_by)
    status_providers.touched_counters.append(workflow.touched_targets)
    status_providers.providers.append(tell)
    store_pages.portrayers.append(tell_portrait)
    search_providers.register()
    register_links()
