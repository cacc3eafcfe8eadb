from django.apps import AppConfig

from corps.access import allow

CASEWORKERS = ("officer", "supervisor")


class CasesConfig(AppConfig):
    name = "cases"

    def ready(self) -> None:
        """State the room's verbs in the access table, and fill the lists of the rooms below."""
        from cases import audit_words, finding, workflow
        from cases.links import register_links
        from cases.standing import tell
        from cases.store_portrait import tell_portrait
        from cases.workflow import deadlines, telling
        from corps import tasks
        from stores import portrait, standing
        from stores import workflow as storework

        allow("cases.open_campaign", roles=["supervisor", "administrator"])
        allow("cases.keep_grounds", roles=["administrator"])
        for verb in ("submit_complaint", "hand_in_sheet", "withdraw_complaint", "register_import", "settle_rows"):
            allow(f"cases.{verb}", roles=[*CASEWORKERS, "representative"])
        for verb in ("correct_complaint", "correct_reading"):
            allow(f"cases.{verb}", roles=[*CASEWORKERS, "representative"])
        for verb in (
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
        ):
            allow(f"cases.{verb}", roles=CASEWORKERS)
        allow("cases.reopen_case", roles=["supervisor"])
        allow("cases.confirm_belonging", roles=["supervisor"])
        for verb in ("file_case", "suspend_case", "leave_case"):
            allow(f"cases.{verb}", duties=["head_of_department"])

        audit_words.register()
        telling.register()
        tasks.sweepers.append(workflow.ring_unfinished)
        tasks.sweepers.append(workflow.pass_on_ended)
        tasks.sweepers.append(deadlines.announce_handling)
        storework.official_hooks.append(workflow.mark_account)
        storework.struck_hooks.append(workflow.release_account)
        standing.protected_counters.append(workflow.kept_by)
        standing.freed_counters.append(workflow.freed_by)
        standing.touched_counters.append(workflow.touched_targets)
        standing.tellers.append(tell)
        portrait.portrayers.append(tell_portrait)
        finding.register()
        register_links()
