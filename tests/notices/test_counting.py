"""The two numbers against a simple model, after any order of answers, checks, relistings, objections, corrections."""

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cases.models import BulkAct, Target
from cases.workflow import drop_targets, undo_act
from corps.errors import TransitionRefused
from dashboards.workflow import compare
from notices import workflow
from notices.models import LedgerEntry, NoticeItem, Recurrence
from tests.notices.world import add_targets, answer, issue, make_world

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "notice",
                "removed",
                "already_gone",
                "refused",
                "gone",
                "live",
                "back",
                "uphold",
                "correct",
                "drop",
                "undo the drop",
            ]
        ),
        st.integers(0, 2),
    ),
    max_size=25,
)


DROPPABLE = ("reported", "relisted", "restored")


class Model:
    """What should be true of one target, in a dozen lines."""

    def __init__(self) -> None:
        (
            self.state,
            self.claim,
            self.counts,
            self.relistings,
            self.repeats,
            self.corrections,
            self.dropped_from,
        ) = (
            "reported",
            "",
            0,
            0,
            0,
            0,
            "",
        )

    def act(self, verb: str) -> None:
        if verb == "notice" and self.state in (
            "reported",
            "refused",
            "relisted",
            "restored",
            "noticed",
        ):
            self.state = "noticed"
        elif verb in ("removed", "already_gone") and self.state == "noticed":
            self.state, self.claim = "claimed", verb
        elif verb == "refused" and self.state == "noticed":
            self.state = "refused"
        elif verb == "live" and self.state == "claimed":
            self.state = "noticed"
        elif (
            verb == "gone" and self.state == "claimed" and self.claim == "already_gone"
        ):
            self.state = "gone_before_notice"
        elif verb == "gone" and self.state == "claimed":
            self.state = "verified"
            self.repeats, self.counts = self.repeats + self.counts, 1
        elif verb == "back" and self.state in ("verified", "gone_before_notice"):
            self.state, self.relistings = "relisted", self.relistings + self.counts
        elif verb == "uphold":
            self.corrections, self.counts, self.state = (
                self.corrections + self.counts,
                0,
                "restored",
            )
        elif verb == "correct" and self.counts:
            self.corrections, self.counts = self.corrections + 1, 0
            if self.state in ("verified", "gone_before_notice", "relisted"):
                self.state = "reported"
        else:
            self.drop(verb)

    def drop(self, verb: str) -> None:
        if verb == "drop" and self.state in DROPPABLE:
            self.state, self.dropped_from = "dropped", self.state
        elif verb == "undo the drop" and self.state == "dropped":
            self.state = self.dropped_from


def perform(world, verb: str, target: Target) -> None:
    """The same act through the verbs of the house; a refusal changes nothing."""
    item = NoticeItem.objects.filter(target=target).order_by("-pk").first()
    try:
        with transaction.atomic():
            if verb == "notice" and Target.objects.get(pk=target.pk).state != "dropped":
                issue(world, [target])
            elif verb in ("removed", "already_gone", "refused") and item:
                answer(world, item.notice, verb, [item.pk])
            elif verb in ("gone", "live") and item:
                workflow.verify_items(items=[item.pk], seen=verb, actor=world.officer2)
            elif verb == "back":
                workflow.check_again(
                    targets=[target.pk], seen="live", actor=world.officer2
                )
            elif verb == "uphold":
                objection = workflow.lodge_objection(
                    target=target, actor=world.officer, reason="误伤"
                )
                workflow.accept_objection(objection=objection, actor=world.officer)
                workflow.decide_objection(
                    objection=objection,
                    actor=world.supervisor2,
                    upheld=True,
                    reason="属实",
                )
            elif verb == "correct":
                workflow.propose_correction(
                    target=target, actor=world.supervisor, reason="看错"
                )
                workflow.correct_outcome(
                    target=target, actor=world.supervisor2, reason="看错"
                )
            elif verb == "drop":
                drop_targets(targets=[target.pk], actor=world.officer, reason="重复")
            elif verb == "undo the drop":
                undo_drop(world, target)
    except TransitionRefused:
        pass


def undo_drop(world, target: Target) -> None:
    act = BulkAct.objects.filter(subjects__contains=[target.pk]).order_by("-pk").first()
    if act is not None:
        undo_act(act=act, actor=world.officer)


def of_one(verbs: str) -> list[tuple[str, int]]:
    """Acts on the first target, one after the other."""
    return [(verb, 0) for verb in verbs.split()]


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=ACTS)
@example(acts=of_one("notice removed gone back drop"))
@example(acts=of_one("notice removed gone back correct drop uphold drop"))
@example(acts=[("drop", 1), ("undo the drop", 1), ("notice", 1), ("drop", 1)])
def test_the_numbers_are_what_a_simple_model_says(db, acts: list[tuple[str, int]]):
    with transaction.atomic():
        world = make_world()
        targets = [*add_targets(world, 2), *add_targets(world, 1, kind="store")]
        models = [Model() for _target in targets]
        noticed = set()
        for verb, which in acts:
            noticed |= {which} if verb == "notice" else set()
            if verb == "uphold" and which not in noticed:
                continue
            perform(world, verb, targets[which])
            models[which].act(verb)
        found = [Target.objects.get(pk=target.pk) for target in targets]
        assert [(t.state, int(t.is_counted)) for t in found] == [
            (m.state, m.counts) for m in models
        ]
        for kind, part in (("listing_removed", models[:2]), ("store_shut", models[2:])):
            total = (
                LedgerEntry.objects.filter(kind=kind).aggregate(total=Sum("sign"))[
                    "total"
                ]
                or 0
            )
            assert total == sum(model.counts for model in part)
        assert LedgerEntry.objects.filter(sign=-1).count() == sum(
            model.corrections for model in models
        )
        assert Recurrence.objects.filter(kind="relisting").count() == sum(
            model.relistings for model in models
        )
        assert Recurrence.objects.filter(kind="repeat_removal").count() == sum(
            model.repeats for model in models
        )
        assert compare() == []
        transaction.set_rollback(True)
