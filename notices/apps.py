from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        """Fill the lists of the rooms below: the access table, what the outbox asks, what closing a case asks."""
        from cases import workflow as casework
        from corps import outbox, tasks
        from corps.access import allow
        from notices.workflow import closing, handover, verdicts
        from stores import workflow as storework

        corps = ("officer", "supervisor")
        allow("notices.compose", roles=("officer",))
        allow("notices.approve", duties=("head_of_unit", "head_of_department"))
        allow("notices.serve", roles=("officer",))
        allow("notices.answer", roles=("liaison",))
        allow("notices.answer_on_behalf", roles=("officer",))
        allow("notices.check", roles=("officer",))
        allow("notices.withdraw", roles=corps)
        allow("notices.lodge_objection", roles=corps)
        allow("notices.decide_objection", roles=("supervisor",))
        allow("notices.propose_correction", roles=corps)
        allow("notices.correct_outcome", roles=("supervisor",))

        outbox.sending_checks.append(handover.names_official)
        outbox.failure_hooks.append(handover.try_backup)
        tasks.sweepers.append(verdicts.settle_verdicts)
        storework.official_hooks.append(handover.withdraw_official)
        casework.official_found.append(handover.withdraw_named)
        casework.closing_checks.append(closing.open_work)
